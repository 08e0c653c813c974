"""Data sets that come with libpysal, and neighbours as it and as we know them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyogrio
import shapely
from libpysal import examples, weights

from app.analysis.neighbours import Weights, weights_of


@dataclass(frozen=True)
class DataSet:
    geometries: np.ndarray
    values: np.ndarray
    theirs: weights.W

    @property
    def ours(self) -> Weights:
        return ours(self.theirs)


def ours(theirs: weights.W) -> Weights:
    owners, others = theirs.sparse.nonzero()
    return weights_of(theirs.n, np.asarray(owners), np.asarray(others))


def _read(file: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    _, _, wkb, (values,) = pyogrio.raw.read(examples.get_path(file), columns=[column])
    return np.asarray(shapely.from_wkb(wkb), dtype=object), np.asarray(values, dtype=float)


def sids() -> tuple[np.ndarray, np.ndarray]:
    """Sudden infant deaths and births in North Carolina 1974."""
    return _read("sids2.shp", "SID74")[1], _read("sids2.shp", "BIR74")[1]


@cache
def data_set(name: str) -> DataSet:
    """columbus: crime, queen contiguity. sids: rates, queen. baltimore: prices of houses, 6 nearest."""
    if name == "baltimore":
        shapes, values = _read("baltim.shp", "PRICE")
        theirs = weights.KNN(shapely.get_coordinates(shapes), k=6, silence_warnings=True)
        return DataSet(shapes, values, theirs)
    file, column = {"columbus": ("columbus.shp", "CRIME"), "sids": ("sids2.shp", "SIDR74")}[name]
    shapes, values = _read(file, column)
    return DataSet(shapes, values, weights.Queen.from_iterable(shapes, silence_warnings=True))


NAMES = ("columbus", "sids", "baltimore")
