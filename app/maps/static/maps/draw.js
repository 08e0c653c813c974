// Drawing ground on a map: corners by clicks, Backspace takes one back, Enter or the first corner closes it.
import { COLOUR } from "wangge/maps/map";

const CLOSE = 12; // pixels
const SOURCE = "drawing";

/** Let the reader draw one ring: `onCorner(n)` after each corner, `onClosed(ring)` with a closed ring of [lon, lat]. */
export function drawRing(map, { onCorner, onClosed }) {
  const corners = [];
  const container = map.getContainer();
  prepare(map);
  show();
  container.style.cursor = map.getCanvas().style.cursor = "crosshair";
  map.getCanvas().focus();

  function add({ lngLat, point }) {
    if (corners.length > 2 && near(point, map.project(corners[0]))) return close();
    corners.push([round(lngLat.lng), round(lngLat.lat)]);
    show();
    onCorner(corners.length);
  }

  function onKey(event) {
    if (event.key === "Enter" && corners.length > 2) close();
    else if (event.key === "Backspace" && corners.pop()) {
      show();
      onCorner(corners.length);
    } else if (event.key === "Escape") stop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function close() {
    stop();
    show(true);
    onClosed([...corners, corners[0]]);
  }

  function stop() {
    map.off("click", add);
    container.removeEventListener("keydown", onKey);
    container.style.cursor = map.getCanvas().style.cursor = "";
  }

  function show(closed = false) {
    const ring = closed ? [...corners, corners[0]] : corners;
    const features = corners.map((corner) => feature("Point", corner));
    if (ring.length > 1) features.push(feature("LineString", ring));
    map.getSource(SOURCE).setData({ type: "FeatureCollection", features });
  }

  map.on("click", add);
  container.addEventListener("keydown", onKey);
  return stop;
}

function prepare(map) {
  if (map.getSource(SOURCE)) return;
  map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "drawing-line", type: "line", source: SOURCE, paint: { "line-color": COLOUR.strong, "line-width": 2.5 } });
  map.addLayer({
    id: "drawing-corner", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": COLOUR.strong, "circle-stroke-width": 2 },
  });
}

function feature(type, coordinates) {
  return { type: "Feature", properties: {}, geometry: { type, coordinates } };
}

function near(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y) < CLOSE;
}

function round(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}
