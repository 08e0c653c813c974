"""Run as a program: lines of `[geometry, columns]` in, a GeoPackage out. Imports nothing of the product.

GDAL brings libraries of its own, which do not go together with those of SpatiaLite in one process.
"""

import json
import sys

import numpy as np
import pyogrio
import shapely
import shapely.geometry


def main(source: str, target: str, layer: str, columns: str) -> None:
    names, shapes, rows = columns.split(","), [], []
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            geometry, told = json.loads(line)
            shapes.append(shapely.geometry.shape(geometry) if geometry else None)
            rows.append(told)
    fields = [np.array([row[name] for row in rows], dtype=object) for name in names]
    pyogrio.raw.write(
        target,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        fields,
        names,
        layer=layer,
        driver="GPKG",
        geometry_type="Unknown",
        crs="EPSG:4326",
    )


if __name__ == "__main__":
    main(*sys.argv[1:5])
