"""The table of moves as a Mermaid state diagram, for the documentation."""

from app.workflow.moves import MOVES, Move
from app.workflow.statuses import ENDED, Status


def mermaid() -> str:
    """The text of a `stateDiagram-v2`: one line for each way from a status to another.

    What leaves the status as it is stands in the table beside it; thirty loops would hide the picture.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {Status.FILED}: file"]
    lines += [f"    [*] --> {Status.VERIFYING}: file (reported by the public)"]
    lines += [line for move in MOVES for line in _lines(move)]
    lines += [f"    {status} --> [*]" for status in Status if status in ENDED]
    return "\n".join(lines) + "\n"


def label(move: Move) -> str:
    """`approve: suspend (approver)`."""
    what = f"{move.action} {move.applied}" if move.applied else move.action.value
    return f"{what} ({move.who})"


def _lines(move: Move) -> list[str]:
    sources = [status for status in Status if status in move.sources]
    if move.back:
        return [f"    note left of {source}: {label(move)} leads back to where it was" for source in sources]
    if move.target is None:
        return []
    return [f"    {source} --> {move.target}: {label(move)}" for source in sources]
