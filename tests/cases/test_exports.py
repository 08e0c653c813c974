"""Files that leave the house."""

import csv
import io

import pytest

from tests.cast import Caller

Cast = dict[str, Caller]
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\t=1",
    "\r\n=1",
    "  =1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    '=cmd|"/c calc"!A1',
)


def rows(caller: Caller) -> list[dict[str, str]]:
    text = caller.get("/api/v1/cases.csv?sort=filed_at").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_spreadsheet_runs_nothing_of_what_was_filed(cast: Cast) -> None:
    for formula in FORMULAS:
        assert cast["ines"].file(description=formula, place_text=formula).status_code == 201
    found = rows(cast["dana"])
    assert len(found) == len(FORMULAS)
    for row in found:
        for cell in (row["description"], row["place_text"]):
            assert cell.startswith("'"), cell


@pytest.mark.parametrize("words", ['a "quoted" word', "two\nlines", "a,b;c", "井盖\u3000破损", "’='"])
def test_words_come_back_as_they_were_filed(cast: Cast, words: str) -> None:
    cast["ines"].file(description=words)
    assert [row["description"] for row in rows(cast["dana"])] == [words]


def test_a_place_west_of_greenwich_is_a_number_not_a_formula(cast: Cast) -> None:
    cast["ines"].file(geometry={"type": "Point", "coordinates": [-113.1, -23.0]})
    (row,) = rows(cast["cai"])
    assert (row["lon"], row["lat"]) == ("-113.1", "-23.0")
