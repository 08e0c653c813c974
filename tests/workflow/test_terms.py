import pytest

from app.workflow.terms import Term, TermUnit


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("4wh", 4, TermUnit.WORKING_HOURS),
        ("20wd", 20, TermUnit.WORKING_DAYS),
        ("2h", 2, TermUnit.HOURS),
        ("2000d", 2000, TermUnit.DAYS),
        ("20000h", 20000, TermUnit.HOURS),
    ],
)
def test_a_term_is_read_and_written_alike(written: str, amount: int, unit: TermUnit) -> None:
    assert Term.parse(written) == Term(amount, unit)
    assert str(Term.parse(written)) == written


@pytest.mark.parametrize(
    "written",
    ["", "4", "wh", "0d", "-1d", "1.5d", "4 wh", " 4wh", "4wh\n", "4WH", "4w", "٤wh", "04wh"],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no term"):
        Term.parse(written)


@pytest.mark.parametrize("written", ["2001d", "2001wd", "20001h", "20001wh", "1000000h", "9" * 40 + "d"])
def test_a_term_of_a_lifetime_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no term"):
        Term.parse(written)


def test_a_term_that_is_built_is_checked_too() -> None:
    for amount in (0, -1, 2001):
        with pytest.raises(ValueError, match="is no term: from 1 to 2000d"):
            Term(amount, TermUnit.DAYS)
