"""Lists, exports, statistics and tiles asked for in ways that mean nothing."""

import base64
from urllib.parse import quote

import orjson
import pytest

from app.cases.parameters import FILTERS as DESCRIBED
from tests.cast import Caller, bring_to
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
BIG = 2**63
LISTS = ("/api/v1/cases", "/api/v1/cases.geojson", "/api/v1/cases.csv", "/api/v1/stats/areas?level=town")

FILTERS: dict[str, tuple[str, ...]] = {
    "bbox": (
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,nan,nan,nan",
        "-inf,-inf,inf,inf",
        "1e999,0,1e999,1",
        "114,23,113,24",
        "113,24,114,23",
        "-181,0,0,0",
        "0,-91,0,0",
        ",,,",
        f"{BIG},{BIG},{BIG},{BIG}",
        "113 23 114 24",
        "\x00",
    ),
    "hexagon": (
        "1,2,3,4",
        "113,23,500,1,2,3",
        "113,23,500,1.5,2",
        "nan,23,500,1,2",
        "113,inf,500,1,2",
        "113,90,500,1,2",
        "113,23,0,1,2",
        "113,23,-500,1,2",
        "113,23,1e999,1,2",
        f"113,23,500,{BIG},0",
        "1" * 5000 + ",23,500,1,2",
        ",,,,",
        "\x00",
    ),
    "zone": ("nowhere", "00000000-0000-0000-0000-000000000000", "\x00", str(BIG)),
    "near": ("maybe", "\x00"),
    "supervised": ("2",),
    "card": ("green", "\x00"),
    "task": ("juggle", "\x00"),
    "owed_by": ("999999", "\x00"),
    "assisting": ("nobody", "\x00"),
    "climbed_since": ("yesterday", "\x00"),
    "within": ("999999", "' or 1=1 --", "\x00", str(BIG), "x" * 10_000),
    "status": ("nonsense", "filed,nonsense", "FILED", "\x00", ",", "filed;drop table case_record"),
    "level": ("planet", "\x00", "0"),
    "category": ("\x00", ",".join(["E0102"] * 61)),
    "department": ("nobody", "\x00", str(BIG)),
    "holder": ("999999", "\x00"),
    "overdue": ("maybe", "2", "\x00"),
    "raised": ("maybe",),
    "unplaced": ("maybe",),
    "returned": ("maybe",),
    "no_unit_at": ("planet",),
    "from": (
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "yesterday",
        str(BIG),
        "\x00",
        "2026-1-1",
    ),
    "to": ("9999-12-31T23:59:59-12:00", "2100-01-02", "0001-01-01T00:00:00+14:00", "1969-01-01"),
    "as_of": ("2026-11-20T01:00:00", "9999-12-31T23:59:59Z", "0000-00-00", "now"),
    "due_before": ("10000-01-01", "2101-01-01"),
    "due_from": ("10000-01-01",),
    "ended_from": ("10000-01-01",),
    "ended_to": ("soon",),
    "climbed_before": ("soon",),
    "climbed_to": ("planet", "\x00"),
    "climbed_for": ("juggle", "\x00"),
    "accepted_from": ("0000-01-01",),
    "accepted_to": ("2101-01-01",),
    "deadline_from": ("yesterday",),
    "deadline_to": ("\x00",),
    "reopened_from": ("2026-13-01",),
    "reopened_to": ("1969-01-01",),
    "registered": ("maybe",),
    "on_time": ("2",),
    "reworked": ("\x00",),
    "channel": ("\x00", ",".join(["web"] * 61)),
    "rated": ("good", "\x00"),
    "filed_by": ("ines", "\x00", str(BIG)),
    "sort": ("number", "-id", "filed_at;", "\x00", "filed_at,due_at"),
    "q": ("\x00", "a\x07", "x" * 81, "x" * 1_000_000, "a b c d e f"),
}
LIMITS = ("0", "-1", "201", "1000000000", str(BIG), "1" * 5000, "1.5", "1e2", "ten", "\x00")


def path_with(path: str, name: str, value: str) -> str:
    wanted = "reached" if name == "level" and path.startswith("/api/v1/stats") else name
    return f"{path}{'&' if '?' in path else '?'}{wanted}={quote(value)}"


@pytest.mark.parametrize("path", LISTS)
def test_filters_that_mean_nothing(cast: Cast, path: str) -> None:
    with nothing_changes():
        answers = {
            (name, value[:40]): cast["cai"].get(path_with(path, name, value))
            for name, values in FILTERS.items()
            for value in values
        }
    wrong = {asked: misfit(answer, 422) for asked, answer in answers.items()}
    assert not {asked: why for asked, why in wrong.items() if why}


def test_no_filter_is_left_out() -> None:
    assert set(FILTERS) == {"level", *(parameter["name"] for parameter in DESCRIBED)}


def test_the_refusal_names_every_parameter(cast: Cast) -> None:
    answer = cast["cai"].get("/api/v1/cases?bbox=1&within=x&q=%00&limit=10")
    assert fields_of(answer) == {"bbox", "within", "q"}


@pytest.mark.parametrize(
    "path", ["/api/v1/cases", "/api/v1/areas", "/api/v1/categories", "/api/v1/departments"]
)
def test_limits_that_are_none(cast: Cast, path: str) -> None:
    answers = {limit: cast["cai"].get(f"{path}?limit={quote(limit)}") for limit in LIMITS}
    wrong = {limit: misfit(answer, 422) for limit, answer in answers.items()}
    assert not {limit: why for limit, why in wrong.items() if why}
    assert cast["cai"].get(f"{path}?limit=200").status_code == 200


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


CURSORS = (
    "x",
    "!!!!",
    "\u0661",
    "%",
    "x" * 100_000,
    cursor(),
    cursor(1),
    cursor("2026-11-20T01:00:00Z"),
    cursor("2026-11-20T01:00:00Z", 1, 1),
    cursor("2026-11-20T01:00:00Z", "1"),
    cursor("2026-11-20T01:00:00Z", True),
    cursor("2026-11-20T01:00:00Z", 1.5),
    cursor("2026-11-20T01:00:00Z", 2**64 - 1),
    cursor("2026-11-20T01:00:00Z", BIG),
    cursor("2026-11-20T01:00:00Z", -BIG),
    cursor("2026-11-20T01:00:00", 1),
    cursor("0001-01-01T00:00:00+14:00", 1),
    cursor("9999-12-31T23:59:59-12:00", 1),
    cursor("nonsense", 1),
    cursor("\x00", 1),
    cursor(5, 1),
    cursor([], 1),
    base64.urlsafe_b64encode(b"[" * 5000).decode(),
    base64.urlsafe_b64encode(b"{}").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
)


def test_cursors_that_are_none(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    paths = (
        "/api/v1/cases",
        f"/api/v1/cases/{uuid}/events",
        "/api/v1/areas",
        "/api/v1/departments",
        "/api/v1/categories",
    )
    with nothing_changes():
        answers = {
            (path, text[:60]): cast["cai"].get(f"{path}?cursor={quote(text)}")
            for path in paths
            for text in CURSORS
        }
    crashed = {
        asked: answer.status_code for asked, answer in answers.items() if answer.status_code not in (200, 422)
    }
    assert not crashed
    taken = {
        text
        for (path, text), answer in answers.items()
        if path == "/api/v1/cases" and answer.status_code == 200
    }
    assert taken == set()


def test_a_cursor_of_huge_numbers_on_the_history_is_refused(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    for number in (BIG, -BIG, 2**64 - 1, 2**31):
        assert misfit(cast["cai"].get(f"/api/v1/cases/{uuid}/events?cursor={cursor(number)}"), 422) is None


@pytest.mark.parametrize("level", ["", "planet", "\x00", "city,town"])
def test_statistics_need_a_level(cast: Cast, level: str) -> None:
    answer = cast["cai"].get(f"/api/v1/stats/areas?level={quote(level)}")
    assert (misfit(answer, 422), fields_of(answer)) == (None, {"level"})


def test_the_same_filter_twice_is_refused_unless_it_takes_many(cast: Cast) -> None:
    answer = cast["cai"].get("/api/v1/cases?within=990001&within=990002")
    assert (misfit(answer, 422), fields_of(answer)) == (None, {"within"})
    assert cast["cai"].get("/api/v1/cases?status=filed&status=accepted").status_code == 200
    assert cast["cai"].get("/api/v1/cases?within=990001&within=990001&overdue=").status_code == 200


def test_wildcards_are_words_like_any_other(cast: Cast) -> None:
    cast["ines"].file(description="100% full, path a_b")
    cast["ines"].file(description="100 full, path axb")
    totals = {
        q: cast["dana"].get(f"/api/v1/cases?q={quote(q)}").json["total"]  # type: ignore[index]
        for q in ("100%", "a_b", "%", "_", "\\", "full", "a%b", "' or '1'='1")
    }
    assert totals == {"100%": 1, "a_b": 1, "%": 1, "_": 1, "\\": 0, "full": 2, "a%b": 0, "' or '1'='1": 0}


LOCATE = (
    "",
    "lon=113.1&lat=23.0",
    "lon=nan&lat=nan&crs=wgs84",
    "lon=inf&lat=23&crs=wgs84",
    "lon=1e999&lat=23&crs=wgs84",
    "lon=181&lat=23&crs=wgs84",
    "lon=23.005&lat=113.115&crs=wgs84",
    "lon=&lat=&crs=wgs84",
    "lon=a&lat=b&crs=wgs84",
    "lon=113.1&lat=23.0&crs=epsg:4326",
    "lon=113.1&lat=23.0&crs=%00",
    f"lon={BIG}&lat={BIG}&crs=wgs84",
)


def test_places_that_cannot_be_located(cast: Cast) -> None:
    answers = {asked: cast["ines"].get(f"/api/v1/areas/locate?{asked}") for asked in LOCATE}
    wrong = {asked: misfit(answer, 422) for asked, answer in answers.items()}
    assert not {asked: why for asked, why in wrong.items() if why}


PATHS_TO_NOTHING = (
    "/api/v1/areas/%00",
    f"/api/v1/areas/{BIG}",
    "/api/v1/areas/' or 1=1",
    "/api/v1/areas/%ff/geometry",
    "/api/v1/cases/",
    "/api/v1/cases.json",
    "/api/v1/",
    "/api/",
    "/api/v2/cases",
    "/api/v1/../../etc/passwd",
    "/tiles/areas/99/0/0.mvt?level=town",
    f"/tiles/areas/10/{BIG}/0.mvt?level=town",
    "/tiles/areas/10/-1/0.mvt?level=town",
    "/tiles/areas/1/2/2.mvt?level=town",
    f"/tiles/areas/{BIG}/{BIG}/{BIG}.mvt?level=town",
    f"/tiles/cases/{BIG}/{BIG}/{BIG}.mvt",
    "/tiles/cases/1/2/2.mvt",
    "/tiles/cases/99/0/0.mvt",
    "/tiles/nothing/1/0/0.mvt",
)


def test_paths_to_nothing(cast: Cast) -> None:
    answers = {path: cast["cai"].get(path) for path in PATHS_TO_NOTHING}
    wrong = {path: misfit(answer, 404) for path, answer in answers.items()}
    assert not {path: why for path, why in wrong.items() if why}


def test_tiles_refuse_filters_that_mean_nothing(cast: Cast) -> None:
    for asked in ("areas/10/833/444.mvt", "areas/10/833/444.mvt?level=planet", "cases/10/833/444.mvt?bbox=1"):
        assert misfit(cast["cai"].get(f"/tiles/{asked}"), 422) is None


def test_head_says_what_get_says_without_a_body(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    paths = (
        "/api/v1/me",
        "/api/v1/cases",
        f"/api/v1/cases/{uuid}",
        "/api/v1/cases.csv",
        "/api/v1/cases.geojson",
    )
    with nothing_changes():
        for path in paths:
            said, head = cast["dana"].get(path), cast["dana"].open("HEAD", path)
            assert said.data, path
            assert (head.status_code, head.content_type, head.data) == (200, said.content_type, b"")
            assert head.headers.get("ETag") == said.headers.get("ETag")
