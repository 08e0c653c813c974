// Cases on a map: our own rows as dots (an inbox, a list), or everything in view by tiles (clusters, then dots).
import { COLOUR, fit, hasBasemap, whole } from "wangge/maps/map";

/** Due near and overdue differ in form too: bigger, and with a sign. */
const STATE_COLOUR = ["match", ["get", "state"], "late", COLOUR.late, "near", COLOUR.near, "ended", COLOUR.ended, COLOUR.accent];

/**
 * Show exactly these cases. `rows`: [{id, point: [lon, lat], state: "late"|"near"|"ok"|"ended"}].
 * Returns `choose(id | null)` which marks one of them.
 */
export function showRows(map, rows, { onOpen, onHover = () => {}, keepView = false } = {}) {
  const features = rows
    .filter((row) => row.point)
    .map((row) => ({
      type: "Feature",
      id: row.id,
      properties: { id: row.id, state: row.state },
      geometry: { type: "Point", coordinates: row.point },
    }));
  const data = { type: "FeatureCollection", features };
  map.addSource("rows", { type: "geojson", data, promoteId: "id" });
  const chosen = ["boolean", ["feature-state", "chosen"], false];
  map.addLayer({
    id: "rows", type: "circle", source: "rows",
    layout: { "circle-sort-key": ["match", ["get", "state"], "late", 3, "near", 2, "ok", 1, 0] },
    paint: {
      "circle-color": STATE_COLOUR,
      "circle-radius": ["case", chosen, 11, ["match", ["get", "state"], "late", 8, "ended", 5, 6.5]],
      "circle-stroke-color": ["case", chosen, COLOUR.text, "#fff"],
      "circle-stroke-width": ["case", chosen, 3, 1.5],
    },
  });
  map.addLayer({
    id: "rows-sign", type: "symbol", source: "rows", filter: ["==", ["get", "state"], "late"],
    layout: { "text-field": "!", "text-size": 12, "text-allow-overlap": true },
    paint: { "text-color": "#fff" },
  });
  if (features.length && !keepView) fit(map, data, { maxZoom: 15.5, duration: 0 });
  pointerOver(map, "rows", (properties) => onHover(properties?.id ?? null));
  map.on("click", "rows", ({ features: hit }) => onOpen(hit[0].properties.id));
  let marked = null;
  return function choose(id) {
    if (marked) map.setFeatureState({ source: "rows", id: marked }, { chosen: false });
    marked = id;
    if (id) map.setFeatureState({ source: "rows", id }, { chosen: true });
  };
}

const TILE_LAYERS = ["cases-cluster", "cases-count", "cases-dot"];

/** All cases in view by tiles: one cluster per unit when far out, dots when near. `query` filters them. */
export function showCaseTiles(map, layer, { query = "", onOpen } = {}) {
  map.addSource("cases", {
    type: "vector",
    tiles: [whole(layer.tiles + (query ? `?${query}` : ""))],
    maxzoom: layer.maxZoom,
  });
  const source = { source: "cases", "source-layer": layer.sourceLayer };
  const isCluster = ["has", "count"];
  map.addLayer({
    id: "cases-cluster", type: "circle", ...source, filter: isCluster,
    paint: {
      "circle-color": COLOUR.accent,
      "circle-opacity": 0.85,
      "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 10, 10, 16, 100, 30],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1.5,
    },
  });
  map.addLayer({
    id: "cases-count", type: "symbol", ...source, filter: isCluster,
    layout: { "text-field": ["to-string", ["get", "count"]], "text-size": 12, "text-allow-overlap": true },
    paint: { "text-color": "#fff" },
  });
  map.addLayer({
    id: "cases-dot", type: "circle", ...source, filter: ["!", isCluster],
    paint: {
      "circle-color": ["case", ["boolean", ["get", "overdue"], false], COLOUR.late, COLOUR.accent],
      "circle-radius": ["case", ["boolean", ["get", "overdue"], false], 8, 6],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1.5,
    },
  });
  pointerOver(map, "cases-dot");
  map.on("click", "cases-dot", ({ features }) => onOpen(features[0].properties.id));
  map.on("click", "cases-cluster", ({ lngLat }) => map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 }));
}

export function hideCaseTiles(map) {
  for (const id of TILE_LAYERS) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource("cases")) map.removeSource("cases");
}

/**
 * Where many cases lie close together, for orientation: no number can be read off, and many is not unusual.
 * In one hue that no other layer has, over units made pale.
 */
export function showHeat(map, layer, { query = "" } = {}) {
  map.addSource("heat", { type: "vector", tiles: [whole(layer.tiles + (query ? `?${query}` : ""))], maxzoom: layer.maxZoom });
  const count = ["sqrt", ["coalesce", ["get", "count"], 1]];
  map.addLayer({
    id: "heat", type: "heatmap", source: "heat", "source-layer": layer.sourceLayer,
    paint: {
      "heatmap-weight": ["/", count, 6],
      "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 26, 12, 34, 16, 44],
      "heatmap-opacity": 0.75,
      "heatmap-color": [
        "interpolate", ["linear"], ["heatmap-density"],
        0, "rgba(103, 80, 164, 0)", 0.15, "rgba(196, 180, 226, 0.6)", 0.5, "#8f75bf", 1, "#4b2e83",
      ],
    },
  }, map.getLayer("areas-line") ? "areas-line" : undefined);
  fade(map, 0.25);
}

export function hideHeat(map) {
  if (map.getLayer("heat")) map.removeLayer("heat");
  if (map.getSource("heat")) map.removeSource("heat");
  fade(map, hasBasemap() ? 0.6 : 0.85);
}

function fade(map, opacity) {
  if (map.getLayer("areas-fill")) map.setPaintProperty("areas-fill", "fill-opacity", opacity);
}

function pointerOver(map, layer, onHover = () => {}) {
  map.on("mousemove", layer, ({ features }) => {
    map.getCanvas().style.cursor = "pointer";
    onHover(features[0].properties);
  });
  map.on("mouseleave", layer, () => {
    map.getCanvas().style.cursor = "";
    onHover(null);
  });
}
