"""Cases told for the cast: whoever signs in finds something to do in each of their lists.

Each lies in the unit of whom it is told for.
A scene ends at the present, when its last clock has used a share of its time, or is so many working days
late, or so many working days after its last deed. Between deeds `~1.5` lets so many working days go by.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from app.cases.service.clocks import clock_for
from app.catalogue.queries import CategoryRow, categories
from app.demo.pace import WORKING_DAY, before, begun_for_due, begun_for_share
from app.demo.places import Places
from app.demo.plots import Plot
from app.workflow.tasks import TaskKind

OPENS = {
    "file": TaskKind.ACCEPT,
    "report": TaskKind.VERIFY,
    "verify_pass": TaskKind.ACCEPT,
    "accept": TaskKind.DISPATCH,
    "dispatch": TaskKind.HANDLE,
    "return": TaskKind.DISPATCH,
    "handle": TaskKind.CHECK,
    "whistle": TaskKind.RESPOND,
    "supervise": TaskKind.ANSWER,
    "ask_extension": TaskKind.APPROVE,
    "ask_suspension": TaskKind.APPROVE,
    "ask_void": TaskKind.APPROVE,
    "reopen": TaskKind.DISPATCH,
}
"""The duty whose clock a deed starts."""
STREET = ("E0102", "E0108", "E0504", "E0123", "E0507", "P0103", "E0201", "E0506")
"""What the scenes are about unless they say so: it is settled fast, by the bureau of urban management."""
PAUSE = timedelta(minutes=22)
"""Working time between deeds of a scene."""


@dataclass(frozen=True)
class Scene:
    """One of `used` (share), `late` and `ago` (working days) says how the last clock stands at the end."""

    deeds: str
    used: float | None = None
    late: float | None = None
    ago: float = 0.4
    category: str = ""
    urgency: str = "normal"


TO_WORK = "file accept dispatch:UM start"
GRID = (
    Scene("report", used=0.3),
    Scene("report", used=0.88),
    Scene("report", late=0.3),
    Scene(f"{TO_WORK} handle", used=0.25),
    Scene(f"{TO_WORK} handle", used=0.6),
    Scene(f"{TO_WORK} handle", used=0.92, urgency="urgent"),
    Scene(f"{TO_WORK} handle check_fail handle", ago=0.2),
    Scene("file settle", ago=0.3, category="E0506"),
    Scene("file settle", ago=1.3, category="E0102"),
    Scene("file reject:duplicate", ago=0.5),
)
"""The inspector: to verify, to check, and what she filed herself."""
COMMUNITY = (
    Scene("file", used=0.1),
    Scene("file", used=0.35),
    Scene("report verify_pass", used=0.3),
    Scene("file", used=0.86),
    Scene("file accept", used=0.93),
    Scene("file accept", used=0.4),
    Scene("file ~1 delegate:community", ago=0.3),
    Scene(f"{TO_WORK} ~2.2 delegate:community", ago=0.4, category="E0123"),
    Scene("file accept dispatch:TP return", used=0.3),
    Scene("file accept dispatch:HC return", used=0.85),
    Scene(f"{TO_WORK} ask_extension", used=0.4, category="E0110"),
    Scene(f"{TO_WORK} ask_suspension", used=0.2, category="P0128"),
    Scene("file accept supervise:town", used=0.5),
    Scene(f"{TO_WORK} ask_suspension approve", ago=3, category="P0128"),
    Scene("file accept whistle:UM+TP", used=0.4),
)
"""The community: new, near due, overdue, returned, sent down, to decide, supervised, suspended."""
DEPARTMENT = (
    Scene("file accept dispatch:UM", used=0.15),
    Scene("file accept dispatch:UM", used=0.9),
    Scene("file accept dispatch:UM", used=0.3, category="E0110"),
    Scene(TO_WORK, used=0.4, category="E0110"),
    Scene(TO_WORK, used=0.91, category="E0123"),
    Scene(TO_WORK, late=0.4),
    Scene(TO_WORK, late=1.3, category="E0108"),
    Scene(f"{TO_WORK} handle check_fail", ago=0.2, category="E0110"),
    Scene("file accept dispatch:HC+UM start", used=0.5, category="E0110"),
    Scene("file accept dispatch:TP+UM+HC start handle", ago=0.5, category="E0110"),
)
"""The department: new, in progress, near due, overdue, come back, to assist, summoned."""
TOWN = (
    Scene("file accept escalate", ago=0.1),
    Scene("file accept escalate", ago=0.3, category="E0110"),
    Scene("file", late=0.4),
    Scene("file accept", late=0.7),
    Scene("file accept dispatch:TP return dispatch:HC return", ago=0.2),
    Scene("file accept escalate dispatch:UM return", ago=0.3),
    Scene("file accept escalate", used=0.9),
    Scene("file accept escalate:district ~1.4 delegate:town", ago=0.3),
    Scene(f"{TO_WORK} ask_extension approve ask_extension", used=0.5, category="E0110"),
    Scene("file accept ask_void:holder", used=0.4),
    Scene("file accept escalate supervise:district", used=0.6),
    Scene("file accept escalate dispatch:UM start ask_suspension approve", ago=5, category="P0128"),
    Scene("file accept escalate dispatch:UM start handle", used=0.4),
    Scene("report", late=0.5),
)
"""The town: raised by hand, by the clock and by a second return; to decide; supervised."""
DISTRICT = (
    Scene("file", late=1.4),
    Scene("file accept escalate", late=1.2, category="E0110"),
    Scene("file", used=0.3, category="E0402"),
    Scene("file accept", used=0.5, category="E0401"),
    Scene("file acknowledge accept dispatch start", used=0.4, category="E0402"),
    Scene("file accept escalate escalate", ago=0.2, category="E0110"),
    Scene("file accept escalate escalate", used=0.9, category="E0110"),
    Scene("file accept escalate ask_void:holder", used=0.3),
    Scene("file accept escalate:district dispatch:UM return", ago=0.3),
    Scene("file accept escalate:district supervise:city", used=0.5),
    Scene("file accept escalate:city ~1.4 delegate:district", ago=0.3),
    Scene("file accept escalate:district dispatch:UM start ask_suspension approve", ago=8, category="P0128"),
    Scene("file accept escalate:district dispatch:UM start handle", used=0.4),
    Scene("report", late=1.3),
)
"""The district: climbed with a red card, emergencies, to decide, near due, suspended."""
CITY = (
    Scene("file", late=2.5),
    Scene("file accept", late=3.2, category="E0110"),
    Scene(TO_WORK, late=4.4, category="E0108"),
    Scene("report", late=2.6),
    Scene("file accept escalate:district ask_void:holder", used=0.4),
    Scene("file accept escalate:city", ago=0.2, category="E0110"),
    Scene("file accept escalate:city", used=0.9, category="E0110"),
    Scene("file accept escalate:city dispatch:UM return", ago=0.2),
    Scene("file accept supervise:district supervise:city", used=0.5),
    Scene("file accept escalate:city dispatch:UM start handle", used=0.4),
    Scene("file accept escalate:city dispatch:UM start ask_suspension approve", ago=6, category="P0128"),
)
"""The city: what nobody solved in time, with black cards, and what only the city decides."""
AGAIN = (
    Scene(f"{TO_WORK} handle check_pass ~2 reopen", used=0.5),
    Scene("file accept ask_void:holder approve", ago=1),
)
"""Come back after the end."""
ELSEWHERE = (
    Scene("file", used=0.3),
    Scene("file", used=0.87),
    Scene("file accept dispatch:TP return", used=0.4),
    Scene("file accept supervise:town+yellow", used=0.4),
    Scene(f"{TO_WORK} ask_extension", used=0.3, category="E0110"),
    Scene(f"{TO_WORK} handle", used=0.4),
)
"""The other community: a little of everything."""
SCENES = (
    ("440604012052009", GRID),
    ("440604012052", COMMUNITY),
    ("440604012", DEPARTMENT),
    ("440604012", TOWN),
    ("440604", DISTRICT),
    ("440604", CITY),
    ("440604012052", AGAIN),
    ("440606005001", ELSEWHERE),
)
"""With the unit that they lie in."""
NUMBER = sum(len(scenes) for _unit, scenes in SCENES)


def plots_of_scenes(chance: Random, places: Places, now: datetime) -> Iterator[Plot]:
    """The scenes as plots, each with the instants of its deeds."""
    for unit, scenes in SCENES:
        for number, scene in enumerate(scenes):
            category = categories()[scene.category or STREET[number % len(STREET)]]
            yield Plot(
                uuid=UUID(int=chance.getrandbits(128), version=4),
                grid=places.grid_in(unit),
                category=category,
                urgency=scene.urgency,
                deeds=deque(deed for deed in scene.deeds.split() if not deed.startswith("~")),
                times=deque(_times(scene, category, now)),
                cast=True,
            )


def _times(scene: Scene, category: CategoryRow, now: datetime) -> list[datetime]:
    """When each deed happens, so that the last clock stands as the scene says."""
    deeds, gaps = _with_gaps(scene)
    anchor = _anchor(deeds) if scene.used is not None or scene.late is not None else len(deeds) - 1
    times = [_anchor_time(scene, category, deeds[anchor], now)]
    for gap in reversed(gaps[:anchor]):
        times.insert(0, times[0] - gap if category.emergency else before(times[0], gap))
    following = len(deeds) - 1 - anchor
    return times + [times[-1] + (now - times[-1]) * (n / (following * 8)) for n in range(1, following + 1)]


def _with_gaps(scene: Scene) -> tuple[list[str], list[timedelta]]:
    """The deeds, and the working time between each and the next."""
    deeds: list[str] = []
    gaps: list[timedelta] = []
    pause = PAUSE
    for word in scene.deeds.split():
        if word.startswith("~"):
            pause = float(word[1:]) * WORKING_DAY
            continue
        gaps += [pause] if deeds else []
        deeds.append(word.partition(":")[0])
        pause = PAUSE
    return deeds, gaps


def _anchor(deeds: list[str]) -> int:
    """The last deed that starts a clock."""
    return max(at for at, deed in enumerate(deeds) if deed in OPENS)


def _anchor_time(scene: Scene, category: CategoryRow, deed: str, now: datetime) -> datetime:
    if scene.used is None and scene.late is None:
        return before(now, scene.ago * WORKING_DAY)
    kind = OPENS[deed]

    def due_of(at: datetime) -> datetime:
        due = clock_for(kind, category, "community", scene.urgency, start=at).due_at
        assert due is not None, kind
        return due

    if scene.used is not None:
        return begun_for_share(due_of, now, scene.used)
    assert scene.late is not None
    return begun_for_due(due_of, before(now, scene.late * WORKING_DAY))
