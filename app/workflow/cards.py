"""Cards of supervision: a case keeps the highest it was shown."""

from enum import StrEnum


class Card(StrEnum):
    YELLOW = "yellow"
    RED = "red"
    BLACK = "black"


CARDS: tuple[Card, ...] = tuple(Card)


def higher(card: str | None, other: str | None) -> str | None:
    """The graver of two cards; None is none."""
    shown = [each for each in (card, other) if each is not None]
    return max(shown, key=lambda each: CARDS.index(Card(each)), default=None)
