"""A whole synthetic city: what was planted, what was drawn, where it lies and what becomes of it. Pure."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from app.demo.synthetic.ground import Ground
from app.demo.synthetic.lives import Lives, live
from app.demo.synthetic.model import Drawn, draw
from app.demo.synthetic.plan import Plan
from app.demo.synthetic.planting import Planted, plant
from app.demo.synthetic.points import Points, place


@dataclass(frozen=True, eq=False)
class City:
    """`uuids`: of the cases, in the order of `drawn`."""

    ground: Ground
    plan: Plan
    seed: int
    planted: Planted
    drawn: Drawn
    points: Points
    lives: Lives
    uuids: tuple[UUID, ...]


def make_city(ground: Ground, plan: Plan, seed: int) -> City:
    """The same city for the same arguments."""
    planted = plant(ground, plan, seed)
    drawn = draw(ground, plan, seed, planted)
    points = place(ground, drawn, seed)
    lives = live(ground, plan, planted, drawn, seed)
    return City(ground, plan, seed, planted, drawn, points, lives, _uuids(len(drawn), seed))


def _uuids(count: int, seed: int) -> tuple[UUID, ...]:
    drawn = np.random.default_rng([seed, 5]).bytes(16 * count)
    return tuple(UUID(bytes=drawn[16 * i : 16 * i + 16], version=4) for i in range(count))
