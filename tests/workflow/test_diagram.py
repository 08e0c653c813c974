import pytest

from app.workflow.diagram import mermaid
from app.workflow.moves import ANY, MOVES, Move
from app.workflow.statuses import Status


@pytest.mark.parametrize("row", MOVES, ids=lambda row: row.action.value)
def test_the_diagram_shows_every_move(row: Move) -> None:
    lines = [line.strip() for line in mermaid().splitlines()]
    if row.sources == ANY:
        assert f"note left of filed: in any status: {row.action} ({row.who})" in lines
        return
    for source in row.sources:
        assert f"{source} --> {row.target or source}: {row.action} ({row.who})" in lines


def test_the_diagram_begins_with_filing_and_ends_where_cases_end() -> None:
    text = mermaid()
    assert text.startswith("stateDiagram-v2\n    [*] --> filed: file\n")
    assert [line for line in text.splitlines() if line.endswith("[*]")] == [
        "    closed --> [*]",
        "    rejected --> [*]",
    ]
    assert Status.VOIDED not in text
