"""The registry of map layers. Rooms register theirs; pages embed what they need; this room knows none."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Layer:
    """One layer of vector tiles.

    `tiles` is the path with {z}/{x}/{y}; `source_layer` the name inside a tile; `draw` one of area, case.
    `legend` says in words what the reader sees; `docs/how-to/map-layers.md` has a section per code.
    """

    code: str
    label: Any
    legend: Any
    tiles: str
    source_layer: str
    draw: str
    min_zoom: int = 0
    max_zoom: int = 16

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "label": str(self.label),
            "legend": str(self.legend),
            "tiles": self.tiles,
            "sourceLayer": self.source_layer,
            "draw": self.draw,
            "minZoom": self.min_zoom,
            "maxZoom": self.max_zoom,
        }


LAYERS: dict[str, Layer] = {}


def register(layer: Layer) -> None:
    LAYERS[layer.code] = layer
