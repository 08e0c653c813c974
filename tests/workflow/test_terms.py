import pytest

from app.workflow.terms import Term, TermUnit


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("4wh", 4, TermUnit.WORKING_HOURS),
        ("20wd", 20, TermUnit.WORKING_DAYS),
        ("2h", 2, TermUnit.HOURS),
        ("9999d", 9999, TermUnit.DAYS),
    ],
)
def test_a_term_is_read_and_written_alike(written: str, amount: int, unit: TermUnit) -> None:
    assert Term.parse(written) == Term(amount, unit)
    assert str(Term.parse(written)) == written


@pytest.mark.parametrize(
    "written",
    ["", "4", "wh", "0d", "-1d", "1.5d", "4 wh", " 4wh", "4wh\n", "4WH", "4w", "10000d", "٤wh", "04wh"],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no term"):
        Term.parse(written)
