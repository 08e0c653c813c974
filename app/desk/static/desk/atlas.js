// The district map: units coloured by the table's numbers; a click or Enter goes down, Esc goes up.
import { embedded, getJson } from "wangge/core/core";
import { fit, openMap, outline } from "wangge/maps/map";
import { hideCaseTiles, showCaseTiles } from "wangge/maps/cases";
import { listenAreas, nameAreas, paintAreas, pickArea, showAreas } from "wangge/maps/areas";

const atlas = embedded("atlas");
const container = document.getElementById("atlas-map");
const rows = new Map([...document.querySelectorAll("#atlas-table tbody tr[data-code]")].map((row) => [row.dataset.code, row]));
const HATCHED = -2;
const units = new Map(
  atlas.units.map(([code, name, said, mark, point, lowest]) => [
    code,
    { code, name, point, lowest, text: `${name} · ${atlas.label} ${said}`, colour: atlas.colours[mark] ?? atlas.blank, hatched: mark === HATCHED },
  ]),
);

/** A unit's own map with the same filters; the lowest units have none, but their list of cases. */
function below(unit) {
  const url = new URL(unit.lowest ? atlas.list_url : atlas.down_url, location.href);
  url.searchParams.set(unit.lowest ? "within" : "area", unit.code);
  return url;
}

const readout = document.createElement("div");
readout.className = "readout";
readout.setAttribute("role", "status");

function show(map, code) {
  const unit = units.get(code);
  readout.textContent = unit ? unit.text : "";
  for (const [each, row] of rows) row.classList.toggle("chosen", each === code);
  pickArea(map, atlas.layer, code ?? null);
}

async function draw() {
  const shape = atlas.shape_url ? await getJson(atlas.shape_url).catch(() => null) : null;
  const map = await openMap(container, {});
  if (!map) return;
  container.append(readout);
  if (shape?.geometry) fit(map, shape, { duration: 0 });
  showAreas(map, atlas.layer, { level: atlas.level });
  paintAreas(map, atlas.layer, [...units.values()]);
  if (shape?.geometry) outline(map, shape, { approximate: atlas.approximate });
  nameAreas(map, [...units.values()].filter((unit) => unit.point));
  listenAreas(map, {
    known: units,
    over: ["cases-cluster", "cases-dot"],
    onPick: (code) => location.assign(below(units.get(code))),
    onHover: (code) => show(map, code),
  });
  listenLayers(map);
  for (const [code, row] of rows) {
    row.addEventListener("pointerenter", () => show(map, code));
    row.addEventListener("focusin", () => show(map, code));
  }
}

/** The check boxes under the map switch the registered layers of cases on and off. */
function listenLayers(map) {
  for (const box of document.querySelectorAll("input[data-layer]")) {
    const layer = atlas.overlays.find((each) => each.code === box.dataset.layer);
    const apply = () => {
      hideCaseTiles(map);
      if (box.checked) showCaseTiles(map, layer, { query: atlas.query, onOpen: (id) => location.assign(atlas.case_url + id) });
    };
    box.addEventListener("change", apply);
    if (box.checked) apply();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && atlas.up_url && !event.target.closest("select, input, details[open]")) location.assign(atlas.up_url);
});
document.querySelector("[data-print]")?.addEventListener("click", () => print());

await draw();
