// The hot-spot map: significant units one by one with a sign, the others melted into grey and hatched land.
import { embedded, getJson } from "wangge/core/core";
import { COLOUR, fit, hasBasemap, openMap, settings } from "wangge/maps/map";
import { nameAreas, showAreas } from "wangge/maps/areas";

const drawing = embedded("hotspots");
const container = document.getElementById("hotspot-map");
const FILLS = ["spots-land", "spots-rare", "spots-units"]; // each hides what lies below it
const rows = new Map([...document.querySelectorAll("#hotspot-table tbody tr")].map((row) => [Number(row.dataset.unit), row]));

const readout = document.createElement("div");
readout.className = "readout";
readout.setAttribute("role", "status");

/** A sign of one shape in white with a dark rim, for the middle of a unit. */
function sign(shape) {
  const side = 28;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pen = canvas.getContext("2d");
  const corners = {
    up: [[14, 4], [25, 23], [3, 23]],
    down: [[14, 24], [25, 5], [3, 5]],
    diamond: [[14, 3], [25, 14], [14, 25], [3, 14]],
  }[shape];
  pen.beginPath();
  for (const [x, y] of corners) pen.lineTo(x, y);
  pen.closePath();
  Object.assign(pen, { fillStyle: "#ffffff", strokeStyle: COLOUR.text, lineWidth: 3, lineJoin: "round" });
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}

function hatch() {
  const side = 8;
  const data = new Uint8ClampedArray(side * side * 4);
  for (let i = 0; i < side * side; i += 1) {
    const onLine = ((i % side) + Math.floor(i / side)) % side < 2;
    data.set(onLine ? [120, 136, 150, 255] : [251, 252, 253, 255], i * 4);
  }
  return { width: side, height: side, data };
}

function addShapes(map, found) {
  const signs = found.features
    .filter(({ properties }) => properties.at)
    .map(({ properties }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: properties.at } }));
  map.addSource("spots", { type: "geojson", data: found });
  map.addSource("spot-signs", { type: "geojson", data: { type: "FeatureCollection", features: signs } });
  map.addImage("spot-hatch", hatch());
  for (const shape of ["up", "down", "diamond"]) map.addImage(`spot-${shape}`, sign(shape), { pixelRatio: 2 });
  const colours = Object.entries(drawing.colours).flat();
  const painted = { "fill-color": ["match", ["get", "sort"], ...colours, COLOUR.unit], "fill-opacity": hasBasemap() ? 0.65 : 1 };
  for (const [over, id] of FILLS.entries()) {
    const here = ["==", ["get", "over"], over];
    map.addLayer({ id, type: "fill", source: "spots", filter: here, paint: painted });
    const few = ["all", here, ["==", ["get", "sort"], "few"]];
    map.addLayer({ id: `${id}-few`, type: "fill", source: "spots", filter: few, paint: { "fill-pattern": "spot-hatch" } });
  }
  map.addLayer({
    id: "spots-line", type: "line", source: "spots", filter: ["has", "unit"],
    paint: { "line-color": COLOUR.strong, "line-width": ["case", ["boolean", ["get", "chosen"], false], 3, 0.5] },
  });
  map.addLayer({
    id: "spots-chosen", type: "line", source: "spots", filter: ["==", ["get", "unit"], -1],
    paint: { "line-color": COLOUR.strong, "line-width": 3.5 },
  });
}

/** Signs lie over everything else, the strongest first where they would cover one another. */
function addSigns(map) {
  map.addLayer({
    id: "spot-signs", type: "symbol", source: "spot-signs",
    layout: {
      "icon-image": ["concat", "spot-", ["get", "sign"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 9, ["*", 0.28, ["get", "strength"]], 14, ["*", 0.45, ["get", "strength"]]],
      "symbol-sort-key": ["-", 0, ["get", "strength"]],
      "icon-padding": 0,
    },
  });
}

function show(map, unit) {
  for (const [each, row] of rows) row.classList.toggle("chosen", each === unit);
  map.setFilter("spots-chosen", ["==", ["get", "unit"], unit ?? -1]);
}

function listen(map) {
  map.on("mousemove", FILLS, ({ features: [{ properties }] }) => {
    map.getCanvas().style.cursor = properties.name ? "pointer" : "";
    const what = drawing.words[properties.sort];
    readout.textContent = properties.name ? `${properties.name} · ${what}` : what;
    show(map, properties.unit);
  });
  map.on("mouseleave", FILLS, () => {
    readout.textContent = "";
    show(map, null);
  });
  map.on("click", FILLS, ({ features: [{ properties }] }) => {
    const row = rows.get(properties.unit);
    row?.scrollIntoView({ block: "center" });
    row?.querySelector("a")?.focus();
  });
  for (const [unit, row] of rows) {
    for (const event of ["pointerenter", "focusin"]) row.addEventListener(event, () => show(map, unit));
  }
}

/** What stands out may be too small to be found in a whole city. */
function offerZoom(map, found) {
  const spots = found.features.filter(({ properties }) => properties.at);
  if (!spots.length || !settings.bounds) return;
  const button = document.getElementById("spot-zoom");
  button.hidden = false;
  let near = false;
  button.addEventListener("click", () => {
    near = !near;
    for (const each of button.querySelectorAll("[data-when]")) each.hidden = (each.dataset.when === "near") !== near;
    fit(map, near ? { type: "FeatureCollection", features: spots } : settings.bounds, { padding: near ? 48 : 24, maxZoom: 15 });
  });
}

async function draw() {
  const [map, found] = await Promise.all([openMap(container, {}), getJson(drawing.url).catch(() => null)]);
  if (!map || !found) return;
  container.append(readout);
  if (settings.bounds) fit(map, settings.bounds, { duration: 0 });
  addShapes(map, found);
  if (drawing.frame) showAreas(map, drawing.layer, { level: drawing.frame });
  addSigns(map);
  if (drawing.names.length) nameAreas(map, drawing.names);
  listen(map);
  offerZoom(map, found);
  container.dataset.drawn = String(found.features.length);
}

await draw();
