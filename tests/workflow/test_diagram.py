import pytest

from app.workflow.diagram import label, mermaid
from app.workflow.moves import MOVES, Move


@pytest.mark.parametrize("row", MOVES, ids=label)
def test_the_diagram_shows_every_move_that_changes_the_status(row: Move) -> None:
    lines = [line.strip() for line in mermaid().splitlines()]
    for source in row.sources:
        drawn = f"{source} --> {row.target}: {label(row)}" in lines
        assert drawn is (row.target is not None and not row.back)
        assert (f"note left of {source}: {label(row)} leads back to where it was" in lines) is row.back


def test_the_diagram_begins_with_filing_and_ends_where_cases_end() -> None:
    text = mermaid()
    assert text.startswith("stateDiagram-v2\n    [*] --> filed: file\n    [*] --> verifying: file")
    assert [line for line in text.splitlines() if line.endswith("[*]")] == [
        "    closed --> [*]",
        "    rejected --> [*]",
        "    voided --> [*]",
    ]
