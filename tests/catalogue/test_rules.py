from collections import Counter

import pytest

from app.catalogue.rules import COLUMNS, BadCatalogue, digest, read_entries
from app.catalogue.service import DATA

HEAD = ",".join(COLUMNS)
BIN = "P0305,垃圾箱,Litter bin,part,0,1wd,,,proposed,,ljx,果皮箱|垃圾桶,required,0,1"
FAMILY = "S0102,婚姻家庭纠纷,Family dispute,social,1,5wd,,,,,hyjtjf,,optional,1,0"


def a_file(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def test_a_row_is_read() -> None:
    family, litter = sorted(read_entries(a_file(BIN, FAMILY)), key=lambda entry: entry.kind, reverse=True)
    assert (litter.code, litter.name, litter.term, litter.stop_term) == ("P0305", "垃圾箱", "1wd", None)
    assert (litter.restricted, litter.after_photo, litter.emergency, litter.on_spot) == (
        False,
        True,
        False,
        True,
    )
    assert (family.restricted, family.after_photo, family.source) == (True, False, None)
    assert (family.emergency, family.on_spot) == (True, False)


def test_the_digest_follows_what_is_said_not_how_it_is_written() -> None:
    said = digest(read_entries(a_file(BIN, FAMILY)))
    assert digest(read_entries("\ufeff" + a_file(FAMILY, BIN).replace("\n", "\r\n"))) == said
    assert digest(read_entries(a_file(BIN, FAMILY.replace("5wd", "4wd")))) != said


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "there is no category"),
        ([BIN, BIN], "code P0305 stands there 2 times"),
        ([BIN.replace("part", "thing")], "line 2: kind must be one of part, event, social"),
        (
            [FAMILY, BIN.replace("1wd", "1 day")],
            "line 3: term '1 day' is no term such as 4wh, 2wd, 3h or 15d",
        ),
        ([BIN.replace("P0305", "")], "line 2: code is empty"),
        ([BIN.replace("P0305", "P" * 21)], "line 2: code is too long"),
        ([BIN.replace(",part,0,", ",part,no,")], "line 2: restricted must be 0 or 1"),
        ([BIN.replace("required", "")], "line 2: after_photo must be optional or required"),
        ([BIN.replace(",0,1", ",yes,1")], "line 2: emergency must be 0 or 1"),
        ([BIN.replace(",0,1", ",0,")], "line 2: on_spot must be 0 or 1"),
        ([BIN + ",more"], "line 2: 15 fields are expected"),
        (["P0305,垃圾箱"], "line 2: 15 fields are expected"),
    ],
)
def test_a_faulty_file_is_refused_with_the_line(rows: list[str], fault: str) -> None:
    with pytest.raises(BadCatalogue) as refusal:
        read_entries(a_file(*rows))
    assert fault in refusal.value.faults


def test_other_columns_are_refused() -> None:
    with pytest.raises(BadCatalogue, match="line 1: the columns must be"):
        read_entries("code,name\nP0305,bin\n")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(BadCatalogue) as refusal:
        read_entries(a_file(BIN.replace("part", "thing").replace("1wd", "soon")))
    assert len(refusal.value.faults) == 2


def test_the_shipped_catalogue() -> None:
    entries = read_entries(DATA.read_text(encoding="utf-8"))
    assert Counter(entry.kind for entry in entries) == {"part": 82, "event": 69, "social": 46}
    assert {entry.code for entry in entries if entry.restricted} == {
        "S0102",
        "S0106",
        "S0302",
        *(f"S040{n}" for n in range(1, 6)),
    }
    for entry in entries:
        assert entry.term
        assert entry.name_en
        assert entry.after_photo is (entry.kind != "social")
        letters = entry.pinyin or ""
        assert letters.isascii() and letters.islower() and letters.isalpha(), entry.code
        assert len(letters) == sum("一" <= sign <= "鿿" for sign in entry.name), entry.code


def test_an_emergency_is_never_settled_by_whoever_finds_it() -> None:
    entries = read_entries(DATA.read_text(encoding="utf-8"))
    emergencies = {entry.code for entry in entries if entry.emergency}
    on_spot = {entry.code for entry in entries if entry.on_spot}
    assert {"P0111", "P0129", "P0601", "E0403"} <= emergencies
    assert {"E0102", "E0201", "E0506"} <= on_spot
    assert not emergencies & on_spot


def test_an_illegal_structure_has_three_terms() -> None:
    entries = {entry.code: entry for entry in read_entries(DATA.read_text(encoding="utf-8"))}
    illegal = entries["E0101"]
    assert (illegal.term, illegal.stop_term, illegal.penalty_term) == ("20wd", "4wh", "7wd")
