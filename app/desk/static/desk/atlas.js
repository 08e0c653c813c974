// The escalation map: a click or Enter goes down, Esc goes up; weeks and zoom change the page in place.
import { embedded } from "wangge/core/core";
import { hideCaseTiles, hideHeat, showCaseTiles, showHeat } from "wangge/maps/cases";
import { drawSide } from "wangge/desk/painting";
import { swapParts } from "wangge/desk/swapping";

let atlas = embedded("atlas");
const sides = [];
const ONE_LEVEL = 1.5; // so much zoom is a level of units
const PLAY_MS = 1500;

function rowOf(code) {
  return code ? document.querySelector(`#atlas-table tr[data-code="${CSS.escape(code)}"]`) : null;
}

async function draw() {
  for (const side of atlas.sides) {
    const drawn = await drawSide(atlas, side, { rowOf, over: ["cases-cluster", "cases-dot"] });
    if (drawn) sides.push(drawn);
  }
  if (!sides.length) return;
  listenLayers(sides[0].map);
  followZoom(sides[0].map);
  if (atlas.together && sides.length > 1) moveTogether(...sides.map((side) => side.map));
}

function listenRows() {
  const at = (event) => event.target.closest?.("#atlas-table tr[data-code]")?.dataset.code;
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const code = at(event);
      if (code) sides[0]?.show(code);
    });
  }
}

/** The check boxes under the map switch the registered layers on and off; their legend is shown with them. */
function listenLayers(map) {
  for (const box of document.querySelectorAll("input[data-layer]")) {
    const apply = () => {
      const layer = atlas.overlays.find((each) => each.code === box.dataset.layer);
      document.getElementById(`layer-${layer.code}`).hidden = !box.checked;
      if (layer.draw === "heat") {
        hideHeat(map);
        if (box.checked) showHeat(map, layer, { query: atlas.query });
      } else {
        hideCaseTiles(map);
        if (box.checked) showCaseTiles(map, layer, { query: atlas.query, onOpen: (id) => location.assign(atlas.case_url + id) });
      }
    };
    box.addEventListener("change", apply);
    if (box.checked) apply();
  }
}

/** Zooming in by a step shows the units one level down, zooming out those above, unless the level is kept. */
function followZoom(map) {
  if (atlas.levels.length < 2) return;
  const first = atlas.levels.indexOf(atlas.sides[0].level);
  const from = map.getZoom();
  map.on("zoomend", (event) => {
    if (!event.originalEvent && !event.byHand) return;
    const steps = Math.trunc((map.getZoom() - from) / ONE_LEVEL);
    const place = Math.min(Math.max(first + steps, 0), atlas.levels.length - 1);
    if (atlas.levels[place] !== atlas.sides[0].level) turnTo({ level: atlas.levels[place] });
  });
}

function moveTogether(one, other) {
  let moving = false;
  const follow = (leader, follower) => leader.on("move", () => {
    if (moving) return;
    moving = true;
    follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() });
    moving = false;
  });
  follow(one, other);
  follow(other, one);
}

// ---- the page in another state, without leaving the map ----------------------------------------------

let turning = 0;

/** Show the page with these parameters; the address says so, too. */
async function turnTo(changes, { keep = false } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  url.searchParams.delete("page");
  turning += 1;
  const mine = turning;
  let page;
  try {
    page = await swapParts(url, "atlas");
  } catch {
    location.assign(url);
    return;
  }
  if (mine !== turning) return;
  history[keep ? "replaceState" : "pushState"]({}, "", url);
  atlas = page;
  sides.forEach((side, n) => side.repaint(atlas, atlas.sides[n]));
  const level = document.getElementById("level");
  if (level) level.value = atlas.sides[0].level;
}

// ---- the weeks ------------------------------------------------------------------------------------------

const range = document.querySelector(".weeks-range");
const play = document.querySelector("[data-play]");
let playing = false;

async function goToWeek(place, options) {
  const [at, said] = atlas.steps[place];
  range.value = String(place);
  range.setAttribute("aria-valuetext", said);
  await turnTo({ at }, options);
  const hidden = document.querySelector(".atlas-filters input[name=at]");
  if (hidden) hidden.value = at;
  document.querySelector("[data-said]").textContent = said;
}

function say(isPlaying) {
  playing = isPlaying;
  play.setAttribute("aria-pressed", String(playing));
  for (const each of play.querySelectorAll("[data-when]")) each.hidden = (each.dataset.when === "playing") !== playing;
}

/** One week on, as long as it plays; the last stop is now. */
async function next() {
  const place = Number(range.value) + 1;
  if (!playing || place > Number(range.max)) return say(false);
  await goToWeek(place, { keep: true });
  setTimeout(next, PLAY_MS);
}

/** Playing begins anew from the first week when the last one is shown. */
async function start() {
  say(true);
  if (range.value === range.max) await goToWeek(0);
  setTimeout(next, PLAY_MS);
}

function listenWeeks() {
  if (!range || atlas.sides.length > 1) return;
  range.hidden = play.hidden = false;
  range.setAttribute("aria-valuetext", atlas.steps[Number(range.value)][1]);
  range.addEventListener("change", () => {
    say(false);
    goToWeek(Number(range.value));
  });
  play.addEventListener("click", () => (playing ? say(false) : start()));
  document.querySelector(".weeks").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    say(false);
    goToWeek(Number(link.dataset.step));
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && atlas.up_url && !event.target.closest("select, input, details[open]")) location.assign(atlas.up_url);
});
addEventListener("popstate", () => location.reload());

listenRows();
listenWeeks();
await draw();
