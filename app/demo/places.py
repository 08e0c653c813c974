"""Where demonstration cases lie: grids, more often near home, and points inside them."""

import random
from collections.abc import Collection
from typing import Any

import numpy as np
from sqlalchemy import select

from app import spatial
from app.areas.index import AreaEntry, areas
from app.areas.models import AreaShape
from app.core.db import db
from app.demo.staff import VACANT

HOME = ("440604012052009", "440604012052", "440604012", "440604")
WEIGHTS = (0.01, 0.04, 0.12, 0.3, 0.53)


class Places:
    """Grids to choose from and points in them, by one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        self.shapes: dict[int, Any] = {
            row.area_id: row.geom
            for row in db.session.execute(
                select(AreaShape.area_id, AreaShape.geom).where(
                    AreaShape.level == "grid", AreaShape.generation_id == areas().generation_id
                )
            )
        }
        grids = [areas().by_id[ident] for ident in sorted(self.shapes)]
        self.rings = [[grid for grid in grids if f"/{code}/" in grid.path] for code in HOME] + [grids]
        self.rings = [ring for ring in self.rings if ring] or [grids]

    def grid_in(self, code: str) -> AreaEntry:
        """A grid in a unit; in a city without that unit anywhere."""
        grids = [grid for grid in self.rings[-1] if f"/{code}/" in grid.path] or self.rings[-1]
        return self.random.choice([grid for grid in grids if grid.code[:12] not in VACANT])

    def any_grid(self, *, without: Collection[str] = ()) -> AreaEntry:
        """A grid that does not lie in one of the communities named."""
        weights = np.array(WEIGHTS[-len(self.rings) :])
        while True:
            ring = self.random.choices(self.rings, weights=weights.tolist())[0]
            grid = self.random.choice(ring)
            if grid.code[:12] not in without:
                return grid

    def point_in(self, grid: AreaEntry) -> tuple[float, float]:
        """A point inside the grid, rounded to a decimetre; its representative point if chance fails."""
        shape = spatial.from_db(self.shapes[grid.id])
        west, south, east, north = shape.bounds
        for _attempt in range(40):
            lon = round(self.random.uniform(west, east), 6)
            lat = round(self.random.uniform(south, north), 6)
            if areas().tree.grid_at(lon, lat) == grid.id:
                return lon, lat
        inside = shape.representative_point()
        return round(inside.x, 6), round(inside.y, 6)
