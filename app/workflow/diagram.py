"""The table of moves as a Mermaid state diagram, for the documentation."""

from app.workflow.moves import ANY, MOVES, Move
from app.workflow.statuses import ENDED, Status


def mermaid() -> str:
    """The text of a `stateDiagram-v2`, one line for each status a move starts from."""
    drawn = [status for status in Status if _is_reached(status)]
    lines = ["stateDiagram-v2", f"    [*] --> {Status.FILED}: file"]
    lines += [line for move in MOVES for line in _lines(move)]
    lines += [f"    {status} --> [*]" for status in drawn if status in ENDED]
    return "\n".join(lines) + "\n"


def _is_reached(status: Status) -> bool:
    return any(move.target is status for move in MOVES)


def _lines(move: Move) -> list[str]:
    label = f"{move.action} ({move.who})"
    if move.sources == ANY:  # a loop at every status would hide the picture
        return [f"    note left of {Status.FILED}: in any status: {label}"]
    sources = (status for status in Status if status in move.sources)
    return [f"    {source} --> {move.target or source}: {label}" for source in sources]
