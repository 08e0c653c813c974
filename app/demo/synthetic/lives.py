"""What becomes of each case: the deeds of its life and when they are done. Pure.

The time from filing to closing is log-normal with the plan's median, times the slowness of the unit that
answers for the case; deeds divide it among them. Whoever looks at the cases too early has not seen the end of
some: the true distribution is known all the same.
"""

from dataclasses import dataclass

import numpy as np

from app.demo.synthetic.ground import Floats, Ground, Ints
from app.demo.synthetic.model import CITIZEN, HOUR, Drawn
from app.demo.synthetic.plan import Plan
from app.demo.synthetic.planting import Planted

REGISTERED = ("accept", "dispatch", "start", "handle", "check_pass")
REWORKED = ("accept", "dispatch", "start", "handle", "check_fail", "handle", "check_pass")
RETURNED = ("accept", "dispatch", "return_to_dispatcher", "dispatch", "start", "handle", "check_pass")
LIVES = (REGISTERED, REWORKED, RETURNED, ("reject",))
SHARES = (0.06, 0.04)
"""Of reworked and returned ones among those that are registered."""
WEIGHT = {
    "verify_pass": 0.8,
    "verify_fail": 0.8,
    "accept": 0.6,
    "dispatch": 0.8,
    "start": 1.0,
    "handle": 6.0,
    "return_to_dispatcher": 1.5,
    "check_fail": 1.2,
    "check_pass": 2.0,
    "reject": 1.2,
}
"""How much of its life a case waits for each deed."""
REJECTED_IN = 0.15
"""A case that is not registered takes that share of the time."""
EVENNESS = 3.0
LONGEST = 1 + max(map(len, LIVES))
NEVER = -1


@dataclass(frozen=True, eq=False)
class Lives:
    """`life` of each case is a place in `LIVES`, lived after a verification where a citizen reported it.

    `at` (case × deed): when, in the seconds of the model, or NEVER beyond the last deed.
    """

    life: Ints
    verified: Ints
    at: Ints

    def deeds(self, case: int) -> list[tuple[str, int]]:
        """What would be done and when, however far in the future."""
        path = _path(int(self.life[case]), int(self.verified[case]))
        return list(zip(path, self.at[case, : len(path)].tolist(), strict=True))


def live(ground: Ground, plan: Plan, planted: Planted, drawn: Drawn, seed: int) -> Lives:
    """The lives of all cases; the same for the same arguments."""
    rng = np.random.default_rng([seed, 4])
    count = len(drawn)
    reworked, returned = SHARES
    life = np.searchsorted((1 - reworked - returned, 1 - returned, 1.0), rng.random(count))
    life = np.where(rng.random(count) < plan.rejected, len(LIVES) - 1, np.minimum(life, 2))
    verified = (drawn.channel == CITIZEN).astype(np.int64)
    hours = plan.median_hours * np.exp(rng.normal(0.0, plan.spread, count))
    hours *= np.where(drawn.outside, 1.0, planted.slowness[ground.unit[drawn.grid]])
    hours[life == len(LIVES) - 1] *= REJECTED_IN
    return Lives(life, verified, _instants(rng, drawn.filed, life, verified, hours * HOUR))


def _path(life: int, verified: int) -> tuple[str, ...]:
    path = LIVES[life]
    if not verified:
        return path
    return ("verify_fail" if path == ("reject",) else "verify_pass", *path)


def _instants(rng: np.random.Generator, filed: Ints, life: Ints, verified: Ints, took: Floats) -> Ints:
    """The time of a life divided among its deeds by their weights, unevenly; at least a minute each."""
    weights = np.zeros((len(LIVES) * 2, LONGEST))
    for way in range(len(LIVES)):
        for before in (0, 1):
            path = _path(way, before)
            weights[way * 2 + before, : len(path)] = [WEIGHT[deed] for deed in path]
    mine = weights[life * 2 + verified]
    parts = np.where(mine > 0, rng.gamma(np.maximum(mine, 0.1) * EVENNESS), 0.0)
    waits = np.maximum(parts / parts.sum(axis=1, keepdims=True) * took[:, None], 60.0)
    at = filed[:, None] + np.cumsum(np.where(mine > 0, waits, 0.0), axis=1)
    return np.where(mine > 0, at, NEVER).astype(np.int64)
