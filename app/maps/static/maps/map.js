// The map every page uses: MapLibre without glyph server, sprite or any address but our own.
import { LngLatBounds, Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { embedded } from "wangge/core/core";
import { addBasemap } from "wangge/maps/basemap";

const WORKER = import.meta.resolve("maplibre-gl/worker");
setWorkerUrl(WORKER); // left to itself, MapLibre asks for an address that no phone has kept

export const COLOUR = {
  ground: "#eceff2",
  unit: "#fbfcfd",
  line: "#9fb0bf",
  strong: "#0b3a57",
  accent: "#11608f",
  near: "#b87700",
  late: "#a3241b",
  ended: "#8594a3",
  text: "#1b2733",
  halo: "#ffffff",
};

/** Settings that the page embeds: `{basemap: {url, crs}, words: {…}, bounds: [w, s, e, n]}`. */
export const settings = embedded("map-settings", { basemap: null, words: {}, bounds: null });

/**
 * Open a map in `container` and resolve when it can take layers.
 * Without WebGL the container says so and the promise resolves to null: every page works without its map.
 */
export async function openMap(container, { bounds, center, zoom, still = false, controls = !still } = {}) {
  if (!(await atHand())) return null;
  for (const styles of document.querySelectorAll("link[data-map-style]")) styles.media = "all";
  let map;
  try {
    map = new GlMap({
      container,
      style: { version: 8, sources: {}, layers: [ground()] },
      ...(center ? { center, zoom: zoom ?? 16 } : { bounds: bounds ?? settings.bounds ?? undefined }),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 19,
      interactive: !still,
      locale: {
        "NavigationControl.ZoomIn": word("zoomIn", "Zoom in"),
        "NavigationControl.ZoomOut": word("zoomOut", "Zoom out"),
        "Map.Title": word("map", "Map"),
      },
    });
  } catch {
    container.textContent = word("noMap", "This browser cannot draw the map.");
    container.classList.add("map-missing");
    return null;
  }
  container.removeAttribute("aria-busy");
  map.touchZoomRotate?.disableRotation();
  map.keyboard?.disableRotation();
  if (controls) {
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new ScaleControl({ maxWidth: 100 }), "bottom-right");
  }
  await map.once("style.load");
  if (hasBasemap()) addBasemap(map, settings.basemap);
  container.wanggeMap = map;
  return map;
}

/** Without a signal the map opens only if the phone has kept all of the library, its worker included. */
async function atHand() {
  return navigator.onLine || Boolean(await globalThis.caches?.match(WORKER));
}

function ground() {
  return { id: "ground", type: "background", paint: { "background-color": COLOUR.ground } };
}

/** Over a picture of the ground everything is drawn thinner. */
export function hasBasemap() {
  return Boolean(settings.basemap?.url);
}

export function word(name, otherwise) {
  return settings.words[name] ?? otherwise;
}

/** Tiles are fetched by a worker, which needs whole addresses. */
export function whole(path) {
  return location.origin + path;
}

/** The box `[w, s, e, n]` around any GeoJSON, or null when it is empty. */
export function boxOf(geojson) {
  const box = new LngLatBounds();
  const visit = (part) => (typeof part[0] === "number" ? box.extend(part) : part.forEach(visit));
  const features = geojson.features ?? [geojson];
  for (const { geometry = geojson } of features) if (geometry?.coordinates?.length) visit(geometry.coordinates);
  return box.isEmpty() ? null : box;
}

export function fit(map, geojsonOrBounds, options = {}) {
  const box = geojsonOrBounds.type ? boxOf(geojsonOrBounds) : geojsonOrBounds;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (box) map.fitBounds(box, { padding: 24, maxZoom: 17, duration: still ? 0 : 350, ...options });
}

/** Draw (or redraw) the outline of one unit. `approximate` outlines are dashed. */
export function outline(map, geojson, { id = "outline", approximate = false, fill = false, before } = {}) {
  const found = map.getSource(id);
  if (found) return found.setData(geojson);
  map.addSource(id, { type: "geojson", data: geojson });
  if (fill) {
    map.addLayer({ id: `${id}-fill`, type: "fill", source: id, paint: { "fill-color": COLOUR.unit, "fill-opacity": hasBasemap() ? 0.3 : 1 } }, before);
  }
  const dash = approximate ? { "line-dasharray": [3, 2] } : {};
  map.addLayer({ id, type: "line", source: id, paint: { "line-color": COLOUR.strong, "line-width": 2, ...dash } }, before);
}

/** A place as a dot, with its accuracy as a circle when that is worth showing. */
export function dot(map, [lon, lat], { id = "dot", accuracy = 0, colour = COLOUR.accent } = {}) {
  const data = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } };
  const around = circle([lon, lat], accuracy);
  if (map.getSource(id)) {
    map.getSource(id).setData(data);
    map.getSource(`${id}-around`).setData(around);
    return;
  }
  map.addSource(`${id}-around`, { type: "geojson", data: around });
  map.addSource(id, { type: "geojson", data });
  map.addLayer({ id: `${id}-around`, type: "fill", source: `${id}-around`, paint: { "fill-color": colour, "fill-opacity": 0.15 } });
  map.addLayer({
    id,
    type: "circle",
    source: id,
    paint: { "circle-radius": 8, "circle-color": colour, "circle-stroke-color": "#fff", "circle-stroke-width": 2.5 },
  });
}

/** A ring of `metres` around a place; no ring under 3 m. */
export function circle([lon, lat], metres) {
  const ring = [];
  const perDegree = 111_320;
  for (let i = 0; metres > 3 && i <= 48; i += 1) {
    const turn = (i / 48) * 2 * Math.PI;
    ring.push([
      lon + (metres * Math.cos(turn)) / (perDegree * Math.cos((lat * Math.PI) / 180)),
      lat + (metres * Math.sin(turn)) / perDegree,
    ]);
  }
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: ring.length ? [ring] : [] } };
}

/** A map that only shows where something is: a dot in the outline of its grid. */
export async function miniMap(container, { point = null, accuracy = 0, shape = null, approximate = false } = {}) {
  const map = await openMap(container, point ? { center: point, zoom: 15.5, still: true } : { still: true });
  if (!map) return null;
  if (shape) {
    outline(map, shape, { approximate, fill: true });
    fit(map, shape, { duration: 0, padding: 18 });
  }
  if (point) dot(map, point, { accuracy });
  return map;
}
