// A list beside its map: the keyboard walks the rows, row and dot know each other.
import { embedded, getJson } from "wangge/core/core";
import { boxOf, openMap, outline, settings } from "wangge/maps/map";
import { showRows } from "wangge/maps/cases";

// On a phone the tabs scroll: the one that is shown comes into view.
const tab = document.querySelector(".inbox-tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

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

function walk(from, step) {
  const next = rows[rows.indexOf(from) + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const DECISIONS = { a: "accept", r: "escalate", d: "dispatch" };
const answer = document.querySelector(".key-answer");

/** Open the case at the form of the decision, if it is one the reader may make. */
function decide(row, action) {
  const possible = row.dataset.acts?.split(" ").includes(action);
  if (possible) location.assign(`${row.href}#do-${action}`);
  else if (answer) answer.textContent = answer.dataset.refusal;
}

// Single keys mean something only while the focus is in the list (WCAG 2.1.4).
document.querySelector(".rows")?.addEventListener("keydown", (event) => {
  const row = event.target.closest("li")?.querySelector("a.row");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  if (answer) answer.textContent = "";
  if (event.key === "j") walk(row, 1);
  else if (event.key === "k") walk(row, -1);
  else if (event.key === "o") row.click();
  else if (Object.hasOwn(DECISIONS, event.key)) decide(row, DECISIONS[event.key]);
  else return;
  event.preventDefault();
});

const frame = document.querySelector(".side-map");
const container = frame?.querySelector(".map");

const NOTICEABLE = 1 / 6;

/** Whether the dots take up so little of the unit that they need a map of their own. */
function huddled(points) {
  const placed = points.filter(({ point }) => point).map(({ point }) => point);
  if (!placed.length || !settings.bounds) return false;
  const box = boxOf({ type: "MultiPoint", coordinates: placed });
  const [west, south, east, north] = settings.bounds;
  return box.getEast() - box.getWest() < (east - west) * NOTICEABLE && box.getNorth() - box.getSouth() < (north - south) * NOTICEABLE;
}

async function drawMap() {
  const { points, shapeUrl } = embedded("row-points");
  const map = await openMap(container, {});
  if (!map) return;
  choose = showRows(map, points, {
    keepView: Boolean(shapeUrl) && !huddled(points),
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
