// A list beside its map: the keyboard walks the rows, row and dot know each other.
import { embedded, getJson } from "wangge/core/core";
import { openMap, outline } from "wangge/maps/map";
import { showRows } from "wangge/maps/cases";

const rows = [...document.querySelectorAll("a.row")];
let choose = () => {};

function mark(id) {
  for (const row of rows) row.classList.toggle("chosen", row.dataset.id === id);
  choose(id);
}

for (const row of rows) {
  row.addEventListener("focus", () => mark(row.dataset.id));
  row.addEventListener("pointerenter", () => mark(row.dataset.id));
}

function walk(step) {
  const at = rows.indexOf(document.activeElement);
  const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, .map")) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "o" && rows.includes(document.activeElement)) document.activeElement.click();
  else return;
  event.preventDefault();
});

const frame = document.querySelector(".side-map");
const container = frame?.querySelector(".map");

async function drawMap() {
  const { points, shapeUrl } = embedded("row-points");
  const map = await openMap(container, {});
  if (!map) return;
  choose = showRows(map, points, {
    keepView: Boolean(shapeUrl),
    onOpen: (id) => rows.find((row) => row.dataset.id === id)?.click(),
    onHover: (id) => {
      mark(id);
      if (id) rows.find((row) => row.dataset.id === id)?.scrollIntoView({ block: "nearest" });
    },
  });
  if (shapeUrl) {
    const shape = await getJson(shapeUrl);
    outline(map, shape, { approximate: shape.properties.approximate, fill: true, before: "rows" });
  }
}

if (frame) {
  const wide = matchMedia("(min-width: 981px)");
  frame.open = wide.matches;
  wide.addEventListener("change", () => (frame.open ||= wide.matches));
  let drawn = false;
  const whenOpen = () => {
    if (frame.open && !drawn) {
      drawn = true;
      drawMap();
    }
  };
  frame.addEventListener("toggle", whenOpen);
  whenOpen();
}
