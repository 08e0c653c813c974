// Units on a map, coloured as the server says.
import { getJson } from "wangge/core/core";
import { fit, openMap, outline } from "wangge/maps/map";
import { listenAreas, nameAreas, paintAreas, pickArea, showAreas } from "wangge/maps/areas";

const HATCHED = -2;

/** The units of one side of the page's data, by code. */
function unitsOf(page, side) {
  const highest = page.colours.length - 1;
  return new Map(
    side.units.map(([code, name, said, mark, point, lowest, climbed]) => {
      const moved = climbed ? ` · ▲ ${climbed} ${page.climbed}` : "";
      const unit = { code, name, point, lowest, climbed, text: `${name} · ${page.label} ${said}${moved}` };
      unit.colour = page.colours[mark] ?? page.blank;
      unit.hatched = mark === HATCHED;
      unit.dotted = highest > 0 && mark === highest;
      return [code, unit];
    }),
  );
}

/** A unit's own map with the same filters; the lowest units have none, but their list of cases. */
export function below(side, unit) {
  const url = new URL(unit.lowest ? side.list_url : side.down_url, location.href);
  url.searchParams.set(unit.lowest ? "within" : "area", unit.code);
  return url;
}

/**
 * Draw one side into its container. Returns `{map, show(code), repaint(page, side)}`, or null without WebGL.
 * `rowOf(code)` is the table's row that says the same; `over` are layers that catch a click before the units do.
 */
export async function drawSide(page, side, { rowOf = () => null, over = [] } = {}) {
  const container = document.getElementById(side.id);
  const drawn = { page, side, units: unitsOf(page, side) };
  const shape = side.shape_url ? await getJson(side.shape_url).catch(() => null) : null;
  const map = await openMap(container, { bounds: side.bounds ?? undefined });
  if (!map) return null;
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.setAttribute("role", "status");
  container.append(readout);
  if (shape?.geometry) fit(map, shape, { duration: 0 });
  let marked = null;

  function show(code) {
    const unit = drawn.units.get(code);
    readout.textContent = unit ? unit.text : "";
    marked?.classList.remove("chosen");
    marked = rowOf(code);
    marked?.classList.add("chosen");
    pickArea(map, drawn.page.layer, code ?? null);
  }

  function paint() {
    paintAreas(map, drawn.page.layer, [...drawn.units.values()]);
    nameAreas(map, [...drawn.units.values()].filter((unit) => unit.point));
  }

  showAreas(map, page.layer, { level: side.level });
  paint();
  if (shape?.geometry) outline(map, shape, { approximate: side.approximate });
  listenAreas(map, {
    known: { has: (code) => drawn.units.has(code) },
    over,
    onPick: (code) => location.assign(below(drawn.side, drawn.units.get(code))),
    onHover: show,
  });

  /** The same place with other numbers, perhaps at another level of units. */
  function repaint(newPage, newSide) {
    const other = newSide.level !== drawn.side.level;
    Object.assign(drawn, { page: newPage, side: newSide, units: unitsOf(newPage, newSide) });
    if (other) showAreas(map, newPage.layer, { level: newSide.level, before: map.getLayer("outline") ? "outline" : undefined });
    paint();
  }

  return { map, show, repaint };
}
