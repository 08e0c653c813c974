// The map of the filing page: the pin, the outlines kept on the phone, and what is drawn. No tile is asked for.
import { pinMap } from "wangge/maps/pin";
import { COLOUR } from "wangge/maps/map";

const EMPTY = { type: "FeatureCollection", features: [] };

/**
 * `outlines(readOutlines)`, `goTo(point, accuracy)`, `mark(grid)` for the grid under the pin, `draw(shape, corners)` for what is drawn,
 * `place()` under the pin, `onTap(fn)`. Null without WebGL.
 */
export async function fieldMap(container, { begin, onPlace }) {
  const opened = await pinMap(container, { start: begin, zoom: 16, onPlace });
  if (!opened) return null;
  const { map, goTo, place } = opened;
  const feature = ({ code, approximate, geometry }) => ({ type: "Feature", properties: { code, approximate: Boolean(approximate) }, geometry });
  layers(map);
  let marked = "";
  return {
    begin,
    goTo,
    place,
    outlines: (all) => map.getSource("grids").setData({ ...EMPTY, features: all.map(({ grid }) => feature(grid)) }),
    mark(grid) {
      if (grid.code === marked || !grid.geometry) return;
      marked = grid.code;
      map.getSource("own").setData(feature(grid));
    },
    draw(shape, corners) {
      const points = { type: "MultiPoint", coordinates: corners };
      const drawn = [shape, points].filter(Boolean).map((geometry) => ({ type: "Feature", properties: {}, geometry }));
      map.getSource("drawn").setData({ type: "FeatureCollection", features: drawn });
    },
    onTap: (listen) => map.on("click", ({ lngLat }) => listen([lngLat.lng, lngLat.lat])),
  };
}

function layers(map) {
  const line = (id, source, paint, more = {}) => map.addLayer({ id, type: "line", source, paint, ...more }, "here");
  map.addSource("grids", { type: "geojson", data: EMPTY });
  map.addSource("own", { type: "geojson", data: EMPTY });
  map.addSource("drawn", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "own-fill", type: "fill", source: "own", paint: { "fill-color": COLOUR.unit } }, "here");
  line("grids", "grids", { "line-color": COLOUR.line, "line-width": 1.2 });
  line("own", "own", { "line-color": COLOUR.strong, "line-width": 2 }, { filter: ["!", ["boolean", ["get", "approximate"], false]] });
  line("own-approximate", "own", { "line-color": COLOUR.strong, "line-width": 2, "line-dasharray": [3, 2] },
    { filter: ["boolean", ["get", "approximate"], false] });
  const area = ["==", ["geometry-type"], "Polygon"];
  map.addLayer({ id: "drawn-area", type: "fill", source: "drawn", filter: area, paint: { "fill-color": COLOUR.near, "fill-opacity": 0.3 } });
  map.addLayer({ id: "drawn-line", type: "line", source: "drawn", paint: { "line-color": COLOUR.near, "line-width": 4 } });
  map.addLayer({
    id: "drawn-corners", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 6, "circle-color": "#fff", "circle-stroke-color": COLOUR.near, "circle-stroke-width": 3 },
  });
}
