"""Periods, versions of the definitions, denominators, daily backlog and ratings."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.analysis.backlog import age_filters, backlog, count_open, take_snapshots
from app.analysis.denominators import PATROL_HOURS, RESIDENTS, SQUARE_KILOMETRES, bases
from app.analysis.indicators import before, definitions, history, window_of
from app.analysis.indicators.models import AreaFigure, BacklogDay, BacklogSnapshot
from app.analysis.indicators.registry import WINDOWS, checked
from app.analysis.indicators.versions import (
    change_targets,
    import_definitions,
    read_file,
    shipped,
    sync_definitions,
)
from app.analysis.rates import Ranks, compared
from app.analysis.ratings import Rating, rate
from app.analysis.standardising import standardised
from app.areas.index import areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.cases.service.file import PUBLIC
from app.core import config
from app.core import db as database
from app.core.clock import day_start, now
from app.core.db import db
from app.core.policy import EVERYTHING, SYSTEM
from app.core.problems import Conflict, Invalid, NotFound, Stale
from app.people.queries import actor_by_username
from tests.analysis.indicators_city import DAY, GRIDS, HOUR, local, put
from tests.cast import COMMUNITY, DISTRICT, TOWN, Caller, bring_to

Cast = dict[str, Caller]


@pytest.mark.parametrize(
    ("period", "today", "first", "prior"),
    [
        ("7", "2026-03-01", "2026-02-23", "2026-02-16"),
        ("30", "2026-11-21", "2026-10-23", "2026-09-23"),
        ("90", "2024-03-01", "2023-12-03", "2023-09-04"),
        ("month", "2026-11-21", "2026-11-01", "2026-10-01"),
        ("month", "2026-03-28", "2026-03-01", "2026-02-01"),
        ("month", "2026-03-31", "2026-03-01", "2026-01-29"),  # February has not so many days
        ("month", "2024-03-29", "2024-03-01", "2024-02-01"),  # in a leap year it has
        ("month", "2026-01-01", "2026-01-01", "2025-12-01"),
        ("quarter", "2026-05-10", "2026-04-01", "2026-01-01"),
        ("quarter", "2026-06-30", "2026-04-01", "2025-12-31"),  # 91 days; the first quarter has 90
    ],
)
def test_the_period_before_is_as_long(app: Flask, period: str, today: str, first: str, prior: str) -> None:
    as_of = local(today, 9.5)
    window = window_of(period, as_of)
    earlier = before(window, period)
    assert (window.first.isoformat(), earlier.first.isoformat()) == (first, prior)
    assert earlier.days == window.days
    assert earlier.last <= window.first or period == "month"
    assert earlier.as_of == as_of - (window.first - earlier.first)  # a zone without summer time
    assert earlier.end <= window.start + timedelta(days=1)
    assert window.start == day_start(window.first)
    assert window.end == as_of


def test_where_clocks_are_changed_the_day_stays_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    monkeypatch.setattr(type(config.settings()), "city_zone", property(lambda _self: berlin))
    window = window_of("7", datetime(2026, 3, 30, 7, 30, tzinfo=UTC))  # 9:30 in summer time
    earlier = before(window, "7")
    assert window.end - window.start == 6 * DAY + timedelta(hours=8.5)  # one hour was left out
    assert earlier.as_of == datetime(2026, 3, 23, 8, 30, tzinfo=UTC)  # 9:30 in winter time


def test_own_days_that_mean_nothing(app: Flask) -> None:
    at = local("2026-11-21", 9)
    with app.test_request_context():
        for first, last in (
            (None, None),
            (date(2026, 2, 1), date(2026, 2, 1)),
            (date(1980, 1, 1), date(2026, 1, 1)),
        ):
            with pytest.raises(Invalid):
                window_of("own", at, first, last)
    assert window_of("own", at, date(2026, 11, 1)).last == date(2026, 11, 22)
    future = window_of("own", at, date(2027, 1, 1), date(2027, 2, 1))
    assert future.start == future.end


def wrongly(**changes: Any) -> set[str]:
    row = read_file()[4] | changes
    with pytest.raises(Invalid) as refused:
        checked([row])
    return {where.partition(".")[2] for where in refused.value.errors}


def test_definitions_that_do_not_fit_are_refused_by_field(app: Flask) -> None:
    with app.test_request_context():
        assert wrongly(unit="hours") == {"unit"}
        assert wrongly(target="120") == {"target"}
        assert wrongly(direction="none") == {"direction"}
        assert wrongly(numerator="") == {"numerator"}
        assert wrongly(filter="status=asleep") == {"filter"}
        assert wrongly(filter="within=990001") == {"filter"}
        assert wrongly(filter="nonsense") == {"filter"}
        assert wrongly(measure="median", unit="hours") == {"numerator"}
        assert wrongly(window="closed", filter="", numerator="status=filed") == {"filter"}
        assert wrongly(window="tomorrow") == {"window"}
        with pytest.raises(Invalid):
            checked(read_file() + read_file())


def test_a_past_report_keeps_its_version(city: Flask) -> None:
    at = now()
    database.begin_write()
    assert sync_definitions(at) == 1
    assert sync_definitions(at) is None
    database.commit()
    database.begin_write()
    ada = actor_by_username("ada", at)
    assert ada is not None
    change = {"closing_rate": 95.0, "on_time_rate": 70.0}
    assert change_targets(change, actor=ada, now=at, note="the council", based_on=1) == 2
    database.commit()
    targets = [definitions(version).by_code["closing_rate"].target for version in (0, 1, 2, None)]
    assert targets == [90.0, 90.0, 95.0, 95.0]
    assert [each.version for each in history()] == [2, 1, 0]
    database.begin_write()
    assert sync_definitions(at) is None  # what was set by hand stays
    with pytest.raises(Stale):
        change_targets(change, actor=ada, now=at, note="late", based_on=1)
    with pytest.raises(Invalid):
        change_targets({"nonsense": 1.0}, actor=ada, now=at, note="x", based_on=2)
    with pytest.raises(Invalid):
        change_targets(change, actor=ada, now=at, note=" ", based_on=2)
    with pytest.raises(NotFound):
        definitions(7)
    assert len(import_definitions(read_file()[:3], actor=SYSTEM, now=at, note="ours")) == 3
    database.commit()
    assert [len(definitions(version).indicators) for version in (2, 3)] == [len(shipped()), 3]


def flask(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def figures(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "figures.csv"
    file.write_text("\n".join(("area,kind,value,from,to,source", *lines)), encoding="utf-8")
    return str(file)


def test_figures_are_imported_and_errors_named_by_line(city: Flask, tmp_path: Path) -> None:
    bad = figures(
        tmp_path,
        "nowhere,residents,100,2026-01-01,,census",
        f"{TOWN},cats,100,2026-01-01,,census",
        f"{TOWN},residents,-1,2026-01-01,,census",
        f"{TOWN},residents,nan,2026-01-01,,census",
        f"{TOWN},residents,5,soon,,census",
        f"{TOWN},residents,5,2026-01-01,2025-01-01,census",
        f"{TOWN},patrol_hours,5,2026-01-01,,roster",
        f"{TOWN},residents,5,2026-01-01,,",
    )
    refused = flask(city, "analysis", "figures", "import", bad)
    assert refused.exit_code == 1
    assert [f"line {n}:" in refused.output for n in range(2, 10)] == [True] * 8
    lines = (f"{TOWN},residents,5000,2026-01-01,,census", f"{TOWN},residents,5100,2026-07-01,,census")
    good = figures(tmp_path, *lines)
    assert "nothing was kept" in flask(city, "analysis", "figures", "import", good, "--dry-run").output
    assert db.session.scalar(select(func.count()).select_from(AreaFigure)) == 0
    again = figures(tmp_path, f"{TOWN},residents,5000,2026-01-01,2026-07-01,census")
    assert "1 figures added" in flask(city, "analysis", "figures", "import", again).output
    assert "1 replaced" in flask(city, "analysis", "figures", "import", again).output
    good = figures(tmp_path, *lines)
    assert "1 figures added, 1 replaced" in flask(city, "analysis", "figures", "import", good).output
    day = f"{TOWN},residents,5000,2026-01-01,2026-08-01,census"
    twice = figures(tmp_path, day, f"{TOWN},residents,5100,2026-07-01,,census")
    assert "line 3" in flask(city, "analysis", "figures", "import", twice).output


def test_what_is_missing_is_missing_and_never_zero(city: Flask, tmp_path: Path) -> None:
    index = areas()
    town, district = index.by_code[TOWN], index.by_code[DISTRICT]
    below = [unit.code for unit in index.children[town.id]]
    first, last = date(2026, 9, 1), date(2026, 10, 1)
    lines = [f"{below[0]},residents,3000,2026-01-01,,census"]
    flask(city, "analysis", "figures", "import", figures(tmp_path, *lines))
    found = bases(RESIDENTS, [town, district], first, last)
    assert (found[town.id].value, found[town.id].missing) == (None, 1)
    lines.append(f"{below[1]},residents,2000,2026-01-01,,census")
    lines.append(f"{below[0]},patrol_hours,30,2026-09-01,2026-10-01,roster")
    lines.append(f"{below[1]},patrol_hours,60,2026-09-01,2026-11-01,roster")
    flask(city, "analysis", "figures", "import", figures(tmp_path, *lines))
    assert bases(RESIDENTS, [town], first, last)[town.id].value == 5000
    assert bases(RESIDENTS, [district], first, last)[district.id].value is None
    assert bases(RESIDENTS, [town], date(2025, 1, 1), date(2025, 2, 1))[town.id].value is None
    hours = bases(PATROL_HOURS, [town], first, last)[town.id].value
    assert hours is not None
    assert round(hours, 3) == round(30 + 60 * 30 / 61, 3)
    assert (
        bases(PATROL_HOURS, [town], first, date(2026, 10, 2))[town.id].value is None
    )  # a day is not covered
    assert (bases(SQUARE_KILOMETRES, [town], first, last)[town.id].value or 0) > 1


def test_rates_mark_what_is_too_few_and_rank_only_shares() -> None:
    found = compared([50, 5, 0, 9], [1000.0, 100.0, None, 0.0])
    assert [each.rate for each in found] == [0.05, 0.05, None, None]
    assert [each.few for each in found] == [False, False, True, True]
    outlying = compared([500, 10, 500], [1000.0, 1000.0, 1000.0])
    assert [each.side for each in outlying] == ["far above", "far below", "far above"]
    assert compared([3, 9], [4.0, 100.0], trials=True)[0].few
    assert compared([0, 0], [None, None])[0].rate is None
    assert [each and (each.best, each.worst) for each in ranks([95, 50, 5, 9], [100, 100, 100, 9])] == [
        (1, 1),
        (2, 2),
        (3, 3),
        None,
    ]
    assert ranks([5, 6, 4], [10, 10, 10])[0] is not None
    assert ranks([95, 50], [100, 100]) == [None, None]


def ranks(counts: list[int], ns: list[int]) -> list[Ranks | None]:
    alike = [{"same": pair} for pair in zip(counts, ns, strict=True)]
    return [each.ranks for each in standardised(alike, more_is_better=True)]


def test_each_day_is_counted_once_and_missed_days_are_caught_up(cast: Cast, city: Flask) -> None:
    at = local("2026-09-20", 10)
    first = at - 6 * DAY
    put(4, filed=first, accepted=first, due=first + DAY)
    put(2, filed=first, accepted=first, closed=first + 2 * DAY, due=first + 3 * DAY, grid=GRIDS[2])
    put(1, filed=first, restricted=True)
    assert take_snapshots(first + 2 * DAY) == 2
    assert take_snapshots(first + 2 * DAY) == 0
    assert take_snapshots(at) == 4
    assert take_snapshots(at) == 0
    unit = areas().city
    days = backlog(unit, date(2026, 9, 1), date(2026, 10, 1), restricted=True)
    assert [each.open for each in days] == [7, 7, 5, 5, 5, 5]
    assert [each.overdue for each in days] == [0, 4, 4, 4, 4, 4]
    unrestricted = backlog(unit, date(2026, 9, 1), date(2026, 10, 1), restricted=False)
    assert [each.open for each in unrestricted] == [6, 6, 4, 4, 4, 4]
    for each in days:
        listed = Filters(statuses=frozenset({"filed", "accepted", "in_progress"}), as_of=each.as_of)
        assert listing.total(listed, within=EVERYTHING, now=at) == each.open
    in_community = backlog(areas().by_code[COMMUNITY], date(2026, 9, 1), date(2026, 10, 1), restricted=True)
    assert in_community[-1].open == 5
    with pytest.raises(IntegrityError):  # what makes it once is the table, not the look before
        database.begin_write()
        db.session.add(BacklogSnapshot(day=days[0].day, as_of=at, taken_at=at))
        db.session.flush()
    database.rollback()
    assert db.session.scalar(select(func.count()).select_from(BacklogDay)) <= 24


def test_ages_of_the_snapshot_are_those_of_the_lists(city: Flask) -> None:
    at = local("2026-09-20", 10)
    for days in (0, 1, 2, 3, 7, 29, 30, 200):
        put(1, filed=at - timedelta(days=days))
    counted: dict[str, int] = {}
    for row in count_open(at):
        counted[row["age"]] = counted.get(row["age"], 0) + row["cases"]
    assert counted == {"0-1": 1, "1-3": 2, "3-7": 1, "7-30": 2, "30-": 2}
    for age, count in counted.items():
        asked = Filters(statuses=frozenset({"filed"}), as_of=at, **age_filters(age, at))
        assert listing.total(asked, within=EVERYTHING, now=at + HOUR) == count, age


def test_a_closing_is_rated_once_by_a_unit_of_the_place(cast: Cast, city: Flask) -> None:
    closed, still_open = bring_to("closed", cast), bring_to("accepted", cast)
    at = now()
    mara, hana, otto = (actor_by_username(who, at) for who in ("mara", "hana", "otto"))
    assert mara and hana and otto

    def attempt(uuid: str, who: Any, score: str = "satisfied") -> str:
        database.begin_write()
        try:
            rate(UUID(uuid), Rating(score, words="thank you"), actor=who, now=at)
        except (Conflict, Invalid, NotFound) as refused:
            database.rollback()
            return type(refused).__name__
        database.commit()
        return "kept"

    assert attempt(still_open, mara) == "Conflict"
    assert attempt(closed, mara, "great") == "Invalid"
    assert attempt(closed, hana) == "Conflict"
    assert attempt(closed, otto) == "NotFound"
    assert attempt(closed, mara) == "kept"
    assert attempt(closed, mara) == "Conflict"
    told = cast["mara"].get(f"/api/v1/cases/{closed}/events?limit=200").json["items"]  # type: ignore[index]
    assert [event["action"] for event in told].count("case.rated") == 1
    assert cast["mara"].get("/api/v1/cases?rated=satisfied").json["total"] == 1  # type: ignore[index]
    assert cast["mara"].act(closed, "reopen", reason="it is back").status_code == 200
    assert cast["mara"].get("/api/v1/cases?rated=satisfied").json["total"] == 0  # type: ignore[index]
    audited = flask(city, "escalation", "audit")
    assert audited.exit_code == 0, audited.output


def test_the_page_on_methods_says_what_the_definitions_say() -> None:
    said = (Path(__file__).parents[2] / "docs/methods/indicators.md").read_text(encoding="utf-8")
    lines = {line.split("|")[1].strip(): line for line in said.splitlines() if line.startswith("| `")}
    for each in shipped():
        line = lines[f"`{each.code}`"]
        assert f"| {each.name_en} ({each.name}) | {each.formula_en} |" in line
        assert (f"{each.target:g} %" in line) if each.target else line.endswith("| – |")
    assert set(WINDOWS) <= {code.strip("`") for code in lines}


def test_citizens_channels_are_those_that_filings_know() -> None:
    citizen = next(each for each in shipped() if each.code == "citizen_found")
    assert set(citizen.base["channel"].split(",")) == PUBLIC
