"""One case in each relation to the cast, each with words of its own, and who may know of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.areas import tiny_city
from tests.cast import BUREAU, Caller, bring_to

Cast = dict[str, Caller]
Stage = Callable[[Cast, str], str]
"""Files a case with a secret word in all its texts and brings it where it belongs; its UUID."""
READERS = frozenset({"mara", "teng", "dana", "cai"})
"""They answer for the areas that Ines's grid lies in, and are cleared for restricted cases."""


class Knows(StrEnum):
    ALL = "all"
    RECEIPT = "receipt"
    NOTHING = "nothing"


@dataclass
class Relation:
    """A case, its secret word, who may read it and who has its receipt only."""

    name: str
    readers: frozenset[str]
    receipt: frozenset[str] = frozenset()
    uuid: str = ""
    number: str = ""
    photo: str = ""
    word: str = field(init=False)

    def __post_init__(self) -> None:
        self.word = f"kestrel{self.name.replace('_', '')}"

    def known_to(self, who: str) -> Knows:
        if who in self.readers:
            return Knows.ALL
        return Knows.RECEIPT if who in self.receipt else Knows.NOTHING


def relations() -> list[Relation]:
    ines = READERS | {"ines"}
    return [
        Relation("own", ines),
        Relation("dispatched", ines | {"hana"}),
        Relation("raised", ines),
        Relation("closed", ines | {"hana"}),
        Relation("returned", ines),
        Relation("restricted", READERS, frozenset({"ines"})),
        Relation("restricted_dispatched", READERS, frozenset({"ines"})),
        Relation("elsewhere", frozenset({"otto", "cai"})),
        Relation("by_otto_here", ines | {"otto"}),
        Relation("next_grid", READERS),
        Relation("outside", frozenset({"ines", "cai"})),
        Relation("words_only", frozenset({"ines", "cai"})),
    ]


def stage_relations(cast: Cast) -> list[Relation]:
    """File each case and bring it where it belongs."""
    found = relations()
    for relation in found:
        relation.uuid = _STAGED[relation.name](cast, relation.word)
        case = (cast["otto"] if relation.name == "elsewhere" else cast["cai"]).get(
            f"/api/v1/cases/{relation.uuid}"
        )
        assert case.json is not None and "number" in case.json, (relation.name, case.json)
        relation.number = case.json["number"]
        filer = "otto" if relation.name in ("elsewhere", "by_otto_here") else "ines"
        filer = "mara" if relation.name == "next_grid" else filer
        relation.photo = cast[filer].photo(relation.uuid, "before")
    return found


def _file(cast: Cast, who: str, word: str, **changes: object) -> str:
    said = {
        "description": f"{word} description",
        "place_text": f"{word} place",
        "reporter": {"name": f"{word} reporter"},
        "extra": {"word": f"{word} extra"},
    }
    answer = cast[who].file(**(said | changes))
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])  # type: ignore[index]


def _point(place: tuple[float, float]) -> dict[str, object]:
    return {"geometry": {"type": "Point", "coordinates": list(place)}}


def _brought(status: str) -> Stage:
    def stage(cast: Cast, word: str) -> str:
        return bring_to(
            status,
            cast,
            description=f"{word} description",
            place_text=f"{word} place",
            reporter={"name": f"{word} reporter"},
        )

    return stage


def _raised(cast: Cast, word: str) -> str:
    uuid = _brought("accepted")(cast, word)
    assert cast["mara"].act(uuid, "escalate", reason=f"{word} reason").status_code == 200
    return uuid


def _returned(cast: Cast, word: str) -> str:
    uuid = _brought("in_progress")(cast, word)
    assert cast["hana"].act(uuid, "return_to_dispatcher", reason=f"{word} reason").status_code == 200
    return uuid


def _restricted(cast: Cast, word: str) -> str:
    return _file(cast, "ines", word, category="S0405")


def _restricted_dispatched(cast: Cast, word: str) -> str:
    uuid = _restricted(cast, word)
    for said in ({"action": "accept"}, {"action": "dispatch", "department": BUREAU}):
        assert cast["mara"].act(uuid, **said, reason=f"{word} reason").status_code == 200
    return uuid


def _elsewhere(cast: Cast, word: str) -> str:
    uuid = _file(cast, "otto", word, **_point(tiny_city.IN_DEDICATED))
    assert cast["otto"].act(uuid, "accept", note=f"{word} note").status_code == 200
    return uuid


_STAGED: dict[str, Stage] = {
    "own": lambda cast, word: _file(cast, "ines", word),
    "dispatched": _brought("dispatched"),
    "raised": _raised,
    "closed": _brought("closed"),
    "returned": _returned,
    "restricted": _restricted,
    "restricted_dispatched": _restricted_dispatched,
    "elsewhere": _elsewhere,
    "by_otto_here": lambda cast, word: _file(cast, "otto", word),
    "next_grid": lambda cast, word: _file(cast, "mara", word, **_point((113.115, 23.015))),
    "outside": lambda cast, word: _file(cast, "ines", word, **_point(tiny_city.OUTSIDE)),
    "words_only": lambda cast, word: _file(cast, "ines", word, geometry=None),
}
