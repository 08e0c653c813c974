"""Mapbox Vector Tiles (version 2) from arrays of geometries.

The work is done for a whole layer at once: simplify, clip, quantise, delta-encode and varint in NumPy; only
the message around each feature is assembled one by one. Tile units: 4096 per tile, y down.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
BUFFER = 64
SIMPLIFIED_TO = 4.0
DEEPEST_ZOOM = 22
HALF_WORLD = 20037508.342789244

Value = str | int | float | bool | None
Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]

_POINT, _LINE, _POLYGON = 1, 2, 3
_LONGER = 1 << 7 * np.arange(1, 5)
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7


class Bounds(NamedTuple):
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class TileLayer:
    """Features of one layer: geometries in EPSG:3857, their ids and attributes in the same order."""

    name: str
    geometries: Geometries
    properties: Sequence[Mapping[str, Value]]
    ids: Sequence[int] | None = None


def tile_bounds(z: int, x: int, y: int) -> Bounds:
    """The tile in EPSG:3857 metres; raises ValueError outside the pyramid."""
    if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError("no such tile")
    side = 2.0 * HALF_WORLD / 2**z
    west, north = x * side - HALF_WORLD, HALF_WORLD - y * side
    return Bounds(west, north - side, west + side, north)


def lonlat_bounds(z: int, x: int, y: int, *, buffer: int = BUFFER) -> Bounds:
    """The tile and `buffer` units around it, in degrees."""
    box = buffered(tile_bounds(z, x, y), buffer)
    west, south = _unproject(box.west, box.south)
    east, north = _unproject(box.east, box.north)
    return Bounds(west, south, east, north)


def buffered(box: Bounds, units: int = BUFFER) -> Bounds:
    margin = (box.east - box.west) * units / EXTENT
    return Bounds(box.west - margin, box.south - margin, box.east + margin, box.north + margin)


def project(geometries: Any) -> Geometries:
    """Degrees in WGS 84 → EPSG:3857 metres."""
    return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), _mercator), dtype=object)


def encode(layers: Sequence[TileLayer], z: int, x: int, y: int) -> bytes:
    """The tile's bytes; empty when nothing lies in it."""
    box = tile_bounds(z, x, y)
    return b"".join(_field(3, message) for layer in layers if (message := _layer(layer, box)))


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    east = lonlat[:, 0] * (HALF_WORLD / 180.0)
    north = np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) * (HALF_WORLD / np.pi)
    return np.stack((east, north), axis=1)


def _unproject(east: float, north: float) -> tuple[float, float]:
    return east / HALF_WORLD * 180.0, float(np.degrees(np.arctan(np.sinh(north / HALF_WORLD * np.pi))))


# --- one layer -----------------------------------------------------------------------------------------


def _layer(layer: TileLayer, box: Bounds) -> bytes:
    """The layer message; empty when no feature is left after clipping."""
    shapes = _clipped(layer.geometries, box)
    bodies: dict[int, tuple[int, bytes]] = {}
    for kind, dimension in ((_POINT, 0), (_LINE, 1), (_POLYGON, 2)):
        chosen = np.flatnonzero((shapely.get_dimensions(shapes) == dimension) & ~shapely.is_empty(shapes))
        if chosen.size:
            for feature, commands in _encode_kind(shapes[chosen], kind, box):
                bodies[int(chosen[feature])] = (kind, commands)
    if not bodies:
        return b""
    attributes = _Attributes()
    features = [_feature(layer, number, *bodies[number], attributes) for number in sorted(bodies)]
    head = [_field(1, layer.name.encode()), *(_field(2, feature) for feature in features)]
    return b"".join((*head, *attributes.fields(), _key(5, 0), _varint(EXTENT), _key(15, 0), _varint(2)))


def _feature(layer: TileLayer, number: int, kind: int, commands: bytes, attributes: "_Attributes") -> bytes:
    ident = b"" if layer.ids is None else _key(1, 0) + _varint(int(layer.ids[number]))
    tags = attributes.tags(layer.properties[number])
    return b"".join((ident, _field(2, tags) if tags else b"", _key(3, 0), _varint(kind), _field(4, commands)))


class _Attributes:
    """The layer's shared keys and values, in order of first use."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.values: dict[tuple[type, Value], int] = {}

    def tags(self, properties: Mapping[str, Value]) -> bytes:
        parts = []
        for key, value in properties.items():
            if value is not None:
                parts.append(_varint(self.keys.setdefault(key, len(self.keys))))
                parts.append(_varint(self.values.setdefault((type(value), value), len(self.values))))
        return b"".join(parts)

    def fields(self) -> list[bytes]:
        keys = [_field(3, key.encode()) for key in self.keys]
        return keys + [_field(4, _value(value)) for _, value in self.values]


def _value(value: Value) -> bytes:
    match value:
        case bool():
            return _key(7, 0) + _varint(int(value))
        case int():
            return _key(6, 0) + _varint((value << 1) ^ (value >> 63))
        case float():
            return _key(3, 1) + struct.pack("<d", value)
        case _:
            return _field(1, str(value).encode())


# --- geometry ------------------------------------------------------------------------------------------


def _clipped(geometries: Geometries, box: Bounds) -> Geometries:
    """Simplified to a quarter of a pixel, then cut to the buffered tile (whole ones are left alone)."""
    tolerance = (box.east - box.west) / EXTENT * SIMPLIFIED_TO
    shapes = np.asarray(shapely.simplify(geometries, tolerance, preserve_topology=False), dtype=object)
    edge = buffered(box)
    bounds = shapely.bounds(shapes)
    across = (bounds[:, :2] < edge[:2]).any(axis=1) | (bounds[:, 2:] > edge[2:]).any(axis=1)
    shapes[across] = shapely.clip_by_rect(shapes[across], *edge)
    return shapes


@dataclass(frozen=True)
class _Paths:
    """Vertices in a row; `part` says which part a vertex is of, `owner` and `group` are per part.

    A part is a ring, a line, or all points of a feature; `owner` is its feature, `group` its polygon.
    """

    xy: Any
    part: Ints
    owner: Ints
    group: Ints

    def where(self, chosen: NDArray[np.bool_]) -> "_Paths":
        return replace(self, xy=self.xy[chosen], part=self.part[chosen])


def _encode_kind(shapes: Geometries, kind: int, box: Bounds) -> list[tuple[int, bytes]]:
    """(position in `shapes`, geometry commands) of each feature that survives quantisation."""
    if kind == _POINT:
        paths = _quantised(_points(shapes), box)
    elif kind == _LINE:
        paths = _long_enough(_without_repeats(_quantised(_lines(shapes), box)))
    else:
        paths = _sound_rings(_without_repeats(_quantised(_rings(shapes), box)))
    return _commands(paths, kind) if paths.part.size else []


def _points(shapes: Geometries) -> _Paths:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    each = np.arange(len(shapes))
    return _Paths(xy, owner, each, each)


def _lines(shapes: Geometries) -> _Paths:
    pieces, owner = shapely.get_parts(shapes, return_index=True)
    xy, part = shapely.get_coordinates(pieces, return_index=True)
    return _Paths(xy, part, owner, np.arange(len(owner)))


def _rings(shapes: Geometries) -> _Paths:
    """Outer rings clockwise on the map, holes the other way round, as the specification wants."""
    pieces, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(pieces) == 2
    polygons = shapely.orient_polygons(pieces[areal], exterior_cw=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, part = shapely.get_coordinates(rings, return_index=True)
    return _Paths(xy, part, owner[areal][polygon], polygon)


def _quantised(paths: _Paths, box: Bounds) -> _Paths:
    scale = EXTENT / (box.east - box.west)
    units = np.rint((paths.xy - (box.west, box.north)) * (scale, -scale))
    return replace(paths, xy=units.astype(np.int64))


def _without_repeats(paths: _Paths) -> _Paths:
    same = (paths.xy[1:] == paths.xy[:-1]).all(axis=1) & (paths.part[1:] == paths.part[:-1])
    return paths.where(np.append(True, ~same)[: len(paths.part)])


def _long_enough(paths: _Paths) -> _Paths:
    vertices = np.bincount(paths.part, minlength=len(paths.owner))
    return paths.where(vertices[paths.part] >= 2)


def _sound_rings(paths: _Paths) -> _Paths:
    """Without closing points, rings that quantisation flattened or turned over, holes of lost outers."""
    if not paths.part.size:
        return paths
    (x, y), part, rings = paths.xy.T, paths.part, len(paths.owner)
    closing = np.append(part[1:] != part[:-1], True)
    crossed = np.where(closing, 0, x * np.roll(y, -1) - np.roll(x, -1) * y)
    area = np.bincount(part, weights=crossed, minlength=rings)
    outer = np.append(True, paths.group[1:] != paths.group[:-1])
    standing = np.zeros(paths.group[-1] + 1, dtype=bool)
    standing[paths.group[outer]] = area[outer] > 0
    keep = np.where(outer, area > 0, area < 0) & standing[paths.group]
    return paths.where(keep[part] & ~closing)


def _commands(paths: _Paths, kind: int) -> list[tuple[int, bytes]]:
    """The geometry commands of each feature, packed."""
    parts, first, counts = np.unique(paths.part, return_index=True, return_counts=True)
    owner = paths.owner[parts]
    opens = np.append(True, owner[1:] != owner[:-1])
    words, begins = _words(_steps(paths.xy, first[opens]), first, counts, kind)
    packed, ends = _varints(words)
    starts = np.append(0, ends)[begins[opens]]
    stops = np.append(starts[1:], len(packed))
    return [(int(f), packed[a:b]) for f, a, b in zip(owner[opens], starts, stops, strict=True)]


def _steps(xy: Ints, feature_starts: Ints) -> Ints:
    """Zigzagged distance of each vertex from the one before; a feature starts at the tile's corner."""
    deltas = np.diff(xy, axis=0, prepend=0)
    deltas[feature_starts] = xy[feature_starts]
    return np.asarray((deltas << 1) ^ (deltas >> 63), dtype=np.int64)


def _words(steps: Ints, first: Ints, counts: Ints, kind: int) -> tuple[Ints, Ints]:
    """Command integers and steps in their order, and where each part begins."""
    extra = {_POINT: 1, _LINE: 2, _POLYGON: 3}[kind]
    lengths = 2 * counts + extra
    begins = np.cumsum(lengths) - lengths
    words = np.zeros(int(lengths.sum()), dtype=np.int64)
    words[begins] = _MOVE_TO | (counts << 3 if kind == _POINT else 1 << 3)
    if kind != _POINT:
        words[begins + 3] = _LINE_TO | (counts - 1) << 3
    if kind == _POLYGON:
        words[begins + lengths - 1] = _CLOSE_PATH | 1 << 3
    rank = np.arange(len(steps)) - np.repeat(first, counts)
    places = np.repeat(begins, counts) + 1 + 2 * rank + ((rank > 0) if kind != _POINT else 0)
    words[places], words[places + 1] = steps[:, 0], steps[:, 1]
    return words, begins


# --- protocol buffers ----------------------------------------------------------------------------------


def _varints(words: Ints) -> tuple[bytes, Ints]:
    """All words as varints, and the byte after each."""
    sizes = 1 + np.searchsorted(_LONGER, words, side="right")
    ends = np.cumsum(sizes)
    starts = ends - sizes
    packed = np.zeros(int(ends[-1]), dtype=np.uint8)
    for place in range(5):
        there = sizes > place
        goes_on = np.where(sizes[there] > place + 1, 0x80, 0)
        packed[starts[there] + place] = (words[there] >> 7 * place) & 0x7F | goes_on
    return packed.tobytes(), ends


def _spelt_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_SMALL = tuple(_spelt_varint(number) for number in range(1 << 14))


def _varint(number: int) -> bytes:
    return _SMALL[number] if number < len(_SMALL) else _spelt_varint(number)


def _key(field: int, wire: int) -> bytes:
    return _SMALL[field << 3 | wire]


def _field(field: int, content: bytes) -> bytes:
    return _SMALL[field << 3 | 2] + _varint(len(content)) + content
