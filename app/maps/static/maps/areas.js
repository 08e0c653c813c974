// Units of one level as coloured areas. Geometry comes in vector tiles, numbers are joined by code.
import { COLOUR, hasBasemap, whole } from "wangge/maps/map";

const SOURCE = "areas";
const LAYERS = ["areas-fill", "areas-hatch", "areas-dots", "areas-line", "areas-picked", "areas-label"];

/** Show the units of one level; a second call replaces the first. `layer` is an entry of the registry (app/maps/layers.py) with {level} in its tiles. */
export function showAreas(map, layer, { level, before } = {}) {
  removeAreas(map);
  if (!map.hasImage("hatch")) map.addImage("hatch", hatch());
  if (!map.hasImage("dots")) map.addImage("dots", dots());
  map.addSource(SOURCE, {
    type: "vector",
    tiles: [whole(layer.tiles.replace("{level}", level))],
    promoteId: { [layer.sourceLayer]: "code" },
    maxzoom: layer.maxZoom ?? 15,
  });
  const source = { source: SOURCE, "source-layer": layer.sourceLayer };
  const state = (name, otherwise) => ["coalesce", ["feature-state", name], otherwise];
  map.addLayer({
    id: "areas-fill", type: "fill", ...source,
    paint: { "fill-color": ["to-color", state("colour", "rgba(0, 0, 0, 0)")], "fill-opacity": hasBasemap() ? 0.6 : 0.85 },
  }, before);
  map.addLayer({
    id: "areas-hatch", type: "fill", ...source,
    paint: { "fill-pattern": "hatch", "fill-opacity": ["case", ["boolean", ["feature-state", "hatched"], false], 1, 0] },
  }, before);
  map.addLayer({
    id: "areas-dots", type: "fill", ...source,
    paint: { "fill-pattern": "dots", "fill-opacity": ["case", ["boolean", ["feature-state", "dotted"], false], 1, 0] },
  }, before);
  map.addLayer({
    id: "areas-line", type: "line", ...source,
    paint: { "line-color": COLOUR.line, "line-width": ["case", ["boolean", ["feature-state", "known"], false], 1, 0.4] },
  }, before);
  map.addLayer({
    id: "areas-picked", type: "line", ...source,
    paint: {
      "line-color": COLOUR.strong,
      "line-width": ["case", ["boolean", ["feature-state", "picked"], false], 3.5, 0],
    },
  }, before);
}

export function removeAreas(map) {
  for (const id of LAYERS) if (map.getLayer(id)) map.removeLayer(id);
  for (const id of [SOURCE, "areas-names"]) if (map.getSource(id)) map.removeSource(id);
}

/** Colour the units. `units`: [{code, colour, hatched, dotted}]; units that are not named stay the ground's colour. */
export function paintAreas(map, layer, units) {
  const source = { source: SOURCE, sourceLayer: layer.sourceLayer };
  map.removeFeatureState(source);
  for (const { code, colour, hatched = false, dotted = false } of units) {
    map.setFeatureState({ ...source, id: code }, { colour, hatched, dotted, known: true });
  }
}

/** Mark one unit (or none), for instance the one whose row is under the pointer. */
export function pickArea(map, layer, code) {
  const source = { source: SOURCE, sourceLayer: layer.sourceLayer };
  if (map.wanggePicked) map.setFeatureState({ ...source, id: map.wanggePicked }, { picked: false });
  map.wanggePicked = code;
  if (code) map.setFeatureState({ ...source, id: code }, { picked: true });
}

/** Names at the units' inner points; `climbed` cases stand under it. A second call replaces the first. */
export function nameAreas(map, points) {
  const data = {
    type: "FeatureCollection",
    features: points.map(({ name, point, climbed = 0 }) => ({
      type: "Feature",
      properties: { name: climbed ? `${name}\n▲ ${climbed}` : name, climbed },
      geometry: { type: "Point", coordinates: point },
    })),
  };
  const found = map.getSource("areas-names");
  if (found) return found.setData(data);
  map.addSource("areas-names", { type: "geojson", data });
  map.addLayer({
    id: "areas-label", type: "symbol", source: "areas-names",
    layout: {
      "text-field": ["get", "name"], "text-size": 13, "text-max-width": 7, "text-padding": 3,
      "symbol-sort-key": ["-", ["get", "climbed"]],
    },
    paint: { "text-color": COLOUR.text, "text-halo-color": COLOUR.halo, "text-halo-width": 1.6 },
  });
}

/** `onPick(code, properties)` on click, unless it hits a layer in `over`; `onHover(code | null)` on moves. */
export function listenAreas(map, { known, over = [], onPick, onHover }) {
  map.on("click", "areas-fill", ({ features, point }) => {
    const above = over.filter((id) => map.getLayer(id));
    if (above.length && map.queryRenderedFeatures(point, { layers: above }).length) return;
    const hit = features.find((feature) => known.has(feature.properties.code));
    if (hit) onPick(hit.properties.code, hit.properties);
  });
  map.on("mousemove", "areas-fill", ({ features }) => {
    const hit = features.find((feature) => known.has(feature.properties.code));
    map.getCanvas().style.cursor = hit ? "pointer" : "";
    onHover(hit ? hit.properties.code : null);
  });
  map.on("mouseleave", "areas-fill", () => {
    map.getCanvas().style.cursor = "";
    onHover(null);
  });
}

/** Diagonal lines: "too few to say". */
function hatch() {
  const side = 8;
  const data = new Uint8ClampedArray(side * side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const onLine = (x + y) % side < 2;
      data.set(onLine ? [120, 136, 150, 255] : [251, 252, 253, 255], (y * side + x) * 4);
    }
  }
  return { width: side, height: side, data };
}

/** White dots over a colour: the highest class, beside its colour. */
function dots() {
  const side = 10;
  const data = new Uint8ClampedArray(side * side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const far = Math.hypot(x - 4.5, y - 4.5);
      data.set([255, 255, 255, far < 1.2 ? 235 : far < 2 ? 110 : 0], (y * side + x) * 4);
    }
  }
  return { width: side, height: side, data };
}
