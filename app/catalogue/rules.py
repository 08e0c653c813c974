"""The catalogue's data file, read and checked. Pure."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from io import StringIO

from app.workflow.terms import Term

COLUMNS = (
    "code",
    "zh",
    "en",
    "kind",
    "restricted",
    "term",
    "stop_term",
    "penalty_term",
    "source",
    "note",
    "pinyin",
    "synonyms",
    "after_photo",
    "emergency",
    "on_spot",
)
KINDS = ("part", "event", "social")
CHOICES = {
    "restricted": ("0", "1"),
    "after_photo": ("optional", "required"),
    "emergency": ("0", "1"),
    "on_spot": ("0", "1"),
}
LONGEST = {"code": 20, "zh": 80, "en": 80, "pinyin": 80}


class BadCatalogue(Exception):
    """The file cannot be used; one line for each thing that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file. Terms are texts such as `4wh`; None where the file has nothing.

    `emergency`: the green channel is open to it. `on_spot`: who finds it may settle it there and then.
    `questions`: JSON, from a file of their own.
    """

    code: str
    name: str
    name_en: str | None
    kind: str
    restricted: bool
    term: str | None
    stop_term: str | None
    penalty_term: str | None
    source: str | None
    note: str | None
    pinyin: str | None
    synonyms: str | None
    after_photo: bool
    emergency: bool
    on_spot: bool
    questions: str = "[]"


def read_entries(text: str) -> tuple[Entry, ...]:
    """The rows of a CSV text in the order of their codes; raises BadCatalogue."""
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BadCatalogue([f"line 1: the columns must be {','.join(COLUMNS)}"])
    rows = [(reader.line_num, row) for row in reader]
    faults = [f"line {line}: {fault}" for line, row in rows for fault in _faults(row)]
    faults += _twice([row["code"] for _line, row in rows])
    if faults or not rows:
        raise BadCatalogue(faults or ["there is no category"])
    return tuple(sorted((_entry(row) for _line, row in rows), key=lambda entry: entry.code))


def digest(entries: Iterable[Entry]) -> str:
    """SHA-256 of what the entries say, whatever the file's spacing or order."""
    said = [asdict(entry) for entry in sorted(entries, key=lambda entry: entry.code)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _faults(row: dict[str, str | None]) -> Iterator[str]:
    if None in row or None in row.values():
        yield f"{len(COLUMNS)} fields are expected"
        return
    cells = {column: row[column] or "" for column in COLUMNS}
    yield from (f"{column} is empty" for column in ("code", "zh", "kind") if not cells[column].strip())
    yield from (f"{column} is too long" for column, most in LONGEST.items() if len(cells[column]) > most)
    if cells["kind"] not in KINDS:
        yield f"kind must be one of {', '.join(KINDS)}"
    yield from (
        f"{column} must be {' or '.join(choice)}"
        for column, choice in CHOICES.items()
        if cells[column] not in choice
    )
    for column in ("term", "stop_term", "penalty_term"):
        if cells[column] and not _is_term(cells[column]):
            yield f"{column} {cells[column]!r} is no term such as 4wh, 2wd, 3h or 15d"


def _is_term(written: str) -> bool:
    try:
        Term.parse(written)
    except ValueError:
        return False
    return True


def _twice(codes: list[str]) -> list[str]:
    return [
        f"code {code} stands there {codes.count(code)} times"
        for code in sorted(set(codes))
        if codes.count(code) > 1
    ]


def _entry(row: dict[str, str]) -> Entry:
    cell = {column: row[column].strip() or None for column in COLUMNS}
    return Entry(
        code=row["code"].strip(),
        name=row["zh"].strip(),
        name_en=cell["en"],
        kind=row["kind"],
        restricted=row["restricted"] == "1",
        term=cell["term"],
        stop_term=cell["stop_term"],
        penalty_term=cell["penalty_term"],
        source=cell["source"],
        note=cell["note"],
        pinyin=cell["pinyin"],
        synonyms=cell["synonyms"],
        after_photo=row["after_photo"] == "required",
        emergency=row["emergency"] == "1",
        on_spot=row["on_spot"] == "1",
    )
