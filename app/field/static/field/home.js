// The inspector's day, from what the phone keeps: duties, what she filed, and what is still on its way.
import { embedded, fill } from "wangge/core/core";
import { ago, seconds } from "wangge/field/clockwords";
import { coalesced } from "wangge/field/coalesced";
import { tellAnyway } from "wangge/field/decisions";
import { make, said } from "wangge/field/dom";
import { doneHere, filings, needingHer } from "wangge/field/outcome";
import { follow, metresBetween } from "wangge/field/position";
import { counts, list, onChange as onItems } from "wangge/field/queue";
import { entryRow, itemBadge, itemRow } from "wangge/field/rows";
import { onChange as onSession, refresh, refreshBundle, session } from "wangge/field/session";
import { keepThumbs } from "wangge/field/thumbs";
import { walk } from "wangge/field/walking";

const words = embedded("home-words");
const KEY = "wangge-order";
const TICK = 60_000;
const RECENT = 5;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone };
const WALKED = 40; // metres after which the walk is planned anew
const element = (id) => document.getElementById(id);
const state = {
  bundle: null,
  items: [],
  counts: null,
  session: null,
  order: keptOrder(),
  here: null, // where she stands; false when the device does not say
  map: null,
};
let stop = () => {};

/** Read everything the phone has, and show it. */
const draw = coalesced(async () => {
  const mine = await session();
  const [bundle, items, numbers] = await Promise.all([mine.bundle(), list(), counts()]);
  await tellAnyway(items);
  Object.assign(state, { session: mine, bundle, items, counts: numbers });
  show();
});

function show() {
  const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
  showPosting();
  showBegun();
  showNeeds();
  showDuties();
  showRecent();
  showAge();
  document.getElementById("main").removeAttribute("aria-busy");
  if (focused) document.querySelector(`[data-id="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
}

function context() {
  const { bundle, session: mine } = state;
  return { at: present(), hours: bundle?.hours, owner: mine.owner, reachable: mine.reachable, words };
}

/** By the server's clock, as far as the phone has compared its own. */
function present() {
  return (Date.now() + (state.session.skew ?? 0)) / 1000;
}

function showPosting() {
  const grids = state.bundle?.grids?.filter(({ mine }) => mine);
  if (!grids) return;
  const names = grids.map((grid) => [grid, grid.community].filter(Boolean).map(nameOf).join(" · "));
  element("posting-says").textContent = names.length ? fill(words.inspects, { grids: names.join(words.comma) }) : words.inspectsNone;
}

function nameOf({ name, name_en: nameEn }) {
  return said({ zh: name, en: nameEn });
}

/** What she has begun and not sent; what is on its way stands in the strip above. */
function showBegun() {
  const { draft } = state.counts;
  element("begun").hidden = !draft;
  element("begun-says").textContent = fill(words.begun, { n: draft });
}

function showNeeds() {
  const needing = needingHer(state.items);
  element("needs").hidden = !needing.length;
  const lines = needing.map((item) => itemRow(item, context(), `/field/case#${item.fields.caseId}`));
  element("need-rows").replaceChildren(...lines);
}

function showDuties() {
  const all = state.bundle?.duties ?? [];
  const done = doneHere(state.items, all);
  const duties = all.filter(({ id }) => !done.has(id));
  if (!state.bundle && !state.session.asked) return;
  for (const part of document.querySelectorAll(".until-known")) part.classList.add("known");
  element("duty-count").textContent = state.bundle ? String(duties.length) : "–";
  element("duty-kinds").replaceChildren(...kindsOf(duties));
  element("order").hidden = duties.length < 2;
  const { ordered, says, places } = inOrder(duties);
  element("order-says").textContent = says;
  const lines = ordered.map((duty) => entryRow(duty, context(), { place: places.get(duty.id), away: awayFrom(duty) }));
  element("duty-rows").replaceChildren(...lines);
  element("duty-rows").hidden = !duties.length;
  showNothing(duties);
  state.map?.show(ordered.map((duty) => ({ ...duty, place: places.get(duty.id) })), state.here);
}

/** Why there is no duty. Before the first answer there may well be some: a skeleton stays. */
function showNothing(duties) {
  element("duty-none").hidden = duties.length > 0 || !state.bundle;
  element("never-fetched").hidden = Boolean(state.bundle) || !state.session.asked;
}

function kindsOf(duties) {
  return ["verify", "check"].flatMap((kind) => {
    const n = duties.filter(({ duty }) => duty === kind).length;
    return n ? [make("span", { class: "nowrap" }, `${words.row.task[kind]} `, make("b", {}, String(n)))] : [];
  });
}

/** Due first as the server has it, or as a short walk from where she stands. */
function inOrder(duties) {
  const places = new Map();
  if (state.order !== "walk") return { ordered: duties, says: "", places };
  if (state.here === null) return { ordered: duties, says: words.order.finding, places };
  if (state.here === false) return { ordered: duties, says: words.order.nowhere, places };
  const [placed, unplaced] = [duties.filter(({ point }) => point), duties.filter(({ point }) => !point)];
  const { order, metres } = walk([state.here.lon, state.here.lat], placed.map(({ point }) => point));
  const walked = order.map((n) => placed[n]);
  walked.forEach((duty, n) => places.set(duty.id, n + 1));
  const says = [fill(words.order.ordered, { n: state.here.accuracy, length: lengthOf(metres) })];
  if (unplaced.length) says.push(fill(words.order.unplaced, { n: unplaced.length }));
  return { ordered: [...walked, ...unplaced], says: says.join(" "), places };
}

function awayFrom({ point }) {
  if (!state.here || !point) return "";
  return fill(words.order.away, { length: lengthOf(metresBetween(state.here, { lon: point[0], lat: point[1] })) });
}

function lengthOf(metres) {
  return metres >= 1000
    ? fill(words.order.kilometres, { n: (metres / 1000).toFixed(1) })
    : fill(words.order.metres, { n: Math.round(metres) });
}

function showRecent() {
  const found = filings(state.items, state.bundle?.recent ?? []).slice(0, RECENT);
  const lines = found.map(({ item, entry }) => {
    if (!entry) return itemRow(item, context(), "/field/tray");
    return entryRow(entry, context(), { note: item && item.state !== "confirmed" && itemBadge(item, words.row) });
  });
  element("recent-rows").replaceChildren(...lines);
  element("recent-rows").hidden = !found.length;
  element("recent-none").hidden = found.length > 0 || !state.bundle;
}

function showAge() {
  const { bundle, session: mine } = state;
  element("as-of").hidden = !bundle;
  if (!bundle) return;
  const at = seconds(bundle.at);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, CLOCK).format(at * 1000);
  element("as-of-says").textContent = fill(words.asOfAge, { time, ago: ago(at, present(), words.clock) });
  element("as-of-offline").hidden = mine.reachable !== false;
}

/** What the server has now; without a signal what is kept stays. */
const fetchAnew = coalesced(async () => {
  element("fetch").disabled = true;
  await refresh();
  await refreshBundle();
  element("fetch").disabled = false;
  await draw();
  const { owner, signedIn } = state.session;
  if (signedIn && state.bundle) await keepThumbs(owner, [...state.bundle.duties, ...state.bundle.recent]);
});

function order(choice) {
  state.order = choice;
  keepOrder(choice);
  press("order", choice);
  stop();
  if (choice === "walk") stop = follow({ onFix: standAt, onTrouble: () => standAt(false) });
  showDuties();
}

function standAt(fix) {
  if (fix && state.here && metresBetween(state.here, fix) < WALKED && fix.accuracy >= state.here.accuracy / 2) return;
  state.here = fix;
  if (state.session) showDuties();
}

async function look(choice) {
  press("view", choice);
  element("duty-map").hidden = choice !== "map";
  if (choice !== "map" || state.map) return;
  const map = await import("wangge/field/daymap")
    .then(({ dayMap }) => dayMap(element("duty-map"), words.map))
    .catch(() => null);
  state.map = map;
  if (!map) element("duty-map").textContent = words.noMap;
  map?.outlines(state.bundle?.grids ?? []);
  showDuties();
}

function press(name, choice) {
  for (const button of document.querySelectorAll(`[data-${name}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[name] === choice));
  }
}

function keepOrder(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // a browser that keeps nothing begins by due time
  }
}

function keptOrder() {
  try {
    return localStorage.getItem(KEY) === "walk" ? "walk" : "due";
  } catch {
    return "due";
  }
}

let arrived = 0;

/** When something has arrived, the lists on the server are no longer those that were fetched. */
async function onQueue() {
  await draw();
  const sent = state.counts.sent;
  const more = sent > arrived;
  arrived = sent;
  if (more) await fetchAnew();
}

for (const button of document.querySelectorAll("[data-order]")) button.addEventListener("click", () => order(button.dataset.order));
for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => look(button.dataset.view));
element("fetch").addEventListener("click", fetchAnew);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && fetchAnew());
addEventListener("online", fetchAnew);
onItems(onQueue);
onSession(draw);
setInterval(() => state.session && show(), TICK);

await draw();
arrived = state.counts.sent;
if (state.order === "walk") order("walk");
await fetchAnew();
