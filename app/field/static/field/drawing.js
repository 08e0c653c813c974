// A case along a line or over an area: corners tapped on the map, or set under the pin by the button.
import { fill } from "wangge/core/core";
import { rounded } from "wangge/field/position";
import { LEAST, cornersOf, crosses, measure, shapeOf } from "wangge/field/shapes";

const MOST = 100; // corners
const element = (id) => document.getElementById(id);

/** `shape()` of what is drawn, or null; `onChange()` after each corner; `attach(map)` when there is one. */
export function drawingSection(words, onChange) {
  const box = element("drawing");
  let [kind, corners, map, open] = ["point", [], null, false];

  function add([lon, lat]) {
    if (kind === "point" || corners.length >= MOST) return;
    corners = [...corners, [rounded(lon), rounded(lat)]];
    changed();
  }

  function undo() {
    corners = corners.slice(0, -1);
    changed();
  }

  function changed() {
    render();
    onChange();
  }

  function shape() {
    return kind === "area" && crosses(corners) ? null : shapeOf(kind, corners);
  }

  function render() {
    for (const input of box.querySelectorAll("input[name=shape]")) input.checked = input.value === kind;
    element("drawing-tools").hidden = kind === "point";
    element("drawing-corner").hidden = !open;
    element("drawing-corner").disabled = !map;
    element("drawing-undo").disabled = !corners.length;
    element("drawing-finish").hidden = !open || !shape();
    element("drawing-says").textContent = kind === "point" ? "" : says();
    map?.draw(shapeOf(kind, corners), corners);
  }

  function says() {
    const n = corners.length;
    if (!map) return words.drawNoMap;
    if (n < LEAST[kind]) return fill(words.drawMore, { n: LEAST[kind] - n });
    if (!shape()) return words.drawCrosses;
    const text = kind === "line" ? words.drawLine : words.drawArea;
    return fill(text, { n, size: Math.round(measure(kind, corners)) }) + (open ? "" : ` ${words.drawDone}`);
  }

  function choose(next) {
    [kind, corners, open] = [next, [], next !== "point"];
    changed();
  }

  for (const input of box.querySelectorAll("input[name=shape]")) {
    input.addEventListener("change", () => choose(input.value));
  }
  element("drawing-corner").addEventListener("click", () => map && add(map.place()));
  element("drawing-undo").addEventListener("click", () => {
    open = true;
    undo();
  });
  element("drawing-finish").addEventListener("click", () => {
    open = false;
    render();
    element("drawing-undo").focus();
  });

  return {
    shape,
    /** Something was begun that is no line or area yet. */
    unfinished: () => kind !== "point" && !shape(),
    bring: () => {
      box.open = true;
      element("drawing-corner").focus();
    },
    attach(opened) {
      map = opened;
      map.onTap((point) => open && add(point));
      render();
    },
    show(kept) {
      ({ kind, corners } = cornersOf(kept));
      open = false;
      box.open = kind !== "point";
      render();
    },
  };
}
