"""The loaded hierarchy as the ground of a synthetic city."""

import numpy as np
import shapely
from numpy.typing import NDArray

from app.areas.index import AreaEntry, AreaIndex, areas
from app.catalogue.queries import categories
from app.core.policy import LEVEL_FIELDS
from app.demo.synthetic import Ground, ground_of
from app.workflow.levels import HOLDING

MOST_CATEGORIES = 14


def loaded_ground() -> Ground:
    """The lowest units with land, dedicated ones left out: what lies in those is not their hosts'."""
    index = areas()
    lowest = [index.by_id[ident] for ident in sorted(index.tree.ids.tolist())]
    land = index.land_of([unit for unit in lowest if not unit.dedicated])
    overlaid = index.land_of([unit for unit in lowest if unit.dedicated])
    return ground_of(
        codes=[unit.code for unit in land.entries],
        geometries=_without(land.geometries, overlaid.geometries),
        units=[holder_of(unit).code for unit in land.entries],
        towns=[town_of(unit).code for unit in land.entries],
        categories=chosen_categories(),
    )


def chosen_categories() -> list[str]:
    """Spread over the catalogue; those that are emergencies have clocks that a drawn life does not keep."""
    known = [code for code, row in sorted(categories().items()) if not row.emergency]
    known = [code for code in known if not code.endswith("9999")]
    step = max(1, len(known) // MOST_CATEGORIES)
    return known[::step][:MOST_CATEGORIES]


def holder_of(unit: AreaEntry) -> AreaEntry:
    """The lowest unit that answers for cases here."""
    return _first(unit, [LEVEL_FIELDS[level] for level in reversed(HOLDING)], areas())


def town_of(unit: AreaEntry) -> AreaEntry:
    """The town, or the unit over it where there is none: whose phones are used here."""
    return _first(unit, [LEVEL_FIELDS[level] for level in ("town", "district", "city")], areas())


def _first(unit: AreaEntry, names: list[str], index: AreaIndex) -> AreaEntry:
    found = (unit.lineage[name] for name in names)
    return index.by_id[next(ident for ident in found if ident is not None)]


def _without(hosts: NDArray[np.object_], overlaid: NDArray[np.object_]) -> NDArray[np.object_]:
    """The land of the hosts that no dedicated unit covers."""
    found = hosts.copy()
    host, over = (
        shapely.STRtree(hosts).query(overlaid, predicate="intersects")[::-1] if len(overlaid) else ((), ())
    )
    for h, o in zip(host, over, strict=True):
        found[h] = shapely.difference(found[h], overlaid[o])
    return found
