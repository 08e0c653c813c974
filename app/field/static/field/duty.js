// One case from what the phone keeps: what waits here, what can be done, photos side by side, what happened.
import { embedded, fill } from "wangge/core/core";
import { actForms } from "wangge/field/acts";
import { ago, clockOf, seconds } from "wangge/field/clockwords";
import { coalesced } from "wangge/field/coalesced";
import { decisions, tellAnyway } from "wangge/field/decisions";
import { english, make, said } from "wangge/field/dom";
import { actsOn, doneHere } from "wangge/field/outcome";
import { list, onChange as onItems } from "wangge/field/queue";
import { badge, light } from "wangge/field/rows";
import { onChange as onSession, refresh, refreshBundle, session } from "wangge/field/session";
import { thumb } from "wangge/field/thumbs";

const words = embedded("duty-words");
const element = (id) => document.getElementById(id);
const KIND_ORDER = ["before", "after", "check", "other"];
let shown = null; // what is on the page: {id, version, forms}
let mine = null;

const show = coalesced(async () => {
  mine = await session();
  const id = location.hash.slice(1);
  const bundle = await mine.bundle();
  const kept = found(bundle, id);
  const entry = kept ?? (await fromQueue(id));
  element("main").removeAttribute("aria-busy");
  element("duty").hidden = !entry;
  element("gone").hidden = Boolean(entry);
  element("elsewhere").hidden = Boolean(kept) || !entry;
  for (const link of document.querySelectorAll("[data-server]")) link.href = `/field/cases/${encodeURIComponent(id)}`;
  element("gone-why").textContent = bundle ? words.goneWhy : words.neverFetched;
  if (!entry) return;
  const same = shown?.id === id && shown.version === entry.version;
  head(entry, bundle);
  if (!same) await build(entry, bundle, id);
  await offer(entry, bundle);
});

function found(bundle, id) {
  return [...(bundle?.duties ?? []), ...(bundle?.recent ?? [])].find((entry) => entry.id === id) ?? null;
}

/** A case that is no longer kept, but on which she did something here that is still listed. */
async function fromQueue(id) {
  const item = actsOn(await list(), id).at(-1);
  if (!item) return null;
  const { status } = item.problem?.case ?? {};
  return { ...item.fields.entry, status, open: true, sealed: true, actions: [], photos: [], waits: [], story: [] };
}

function now() {
  return (Date.now() + (mine.skew ?? 0)) / 1000;
}

function head(entry, bundle) {
  const name = entry.category ? said(entry.category) : words.row.restricted;
  document.title = `${entry.number} ${name}`;
  element("duty-name").textContent = name;
  element("duty-number").textContent = entry.number;
  const clock = bundle?.hours && clockOf(entry, now(), bundle.hours, words.clock);
  const parts = [
    entry.duty && badge(words.row.task[entry.duty], true),
    entry.status && badge(words.row.status[entry.status], !entry.duty && entry.open),
    entry.reworks ? badge(fill(words.row.rework, { n: entry.reworks }), false, "return") : null,
    entry.settled && badge(words.row.settled, false, "check"),
    entry.card && make("span", { class: `card-badge ${entry.card}` }, words.row.card[entry.card]),
    clock && light(clock, stamp(entry.due_at)),
  ];
  element("duty-state").replaceChildren(...parts.filter(Boolean));
  const age = bundle && { time: stamp(bundle.at), ago: ago(seconds(bundle.at), now(), words.clock) };
  element("duty-age").textContent = age ? fill(words.asOfAge, age) : "";
}

async function build(entry, bundle, id) {
  shown = { id, version: entry.version, forms: [], decide: null };
  photos(entry);
  element("description").textContent = entry.description ?? "";
  element("description").hidden = !entry.description;
  element("seen").hidden = Boolean(entry.sealed);
  waits(entry, bundle);
  story(entry);
  shown.decide = decisions(element("decisions"), id, { act: words.act, clock: words.clock }, { mend, settled });
  await place(entry, bundle);
}

/** How it was beside how it is. */
function photos({ photos: all }) {
  const pictures = all.filter(({ kind }) => KIND_ORDER.includes(kind));
  const groups = KIND_ORDER.map((kind) => [kind, pictures.filter((photo) => photo.kind === kind)]).filter(([, those]) => those.length);
  element("photos").replaceChildren(...groups.map(([kind, those]) => {
    const pictured = those.map((photo) => make("li", {}, picture(photo, kind)));
    return make("div", { class: "photo-group" }, make("h3", {}, words.row.photo[kind]), make("ul", {}, ...pictured));
  }));
  element("no-photos").hidden = pictures.length > 0;
}

function picture(photo, kind) {
  const image = thumb(mine.owner, photo, { reachable: mine.reachable, alt: words.row.photo[kind] });
  return mine.reachable === false ? image : make("a", { href: photo.screen }, image);
}

function waits({ waits: open, open: running }, bundle) {
  element("waits").hidden = !running || !open.length;
  element("waits-rows").replaceChildren(...open.map((each) => {
    const runs = { clock_from: each.from, due_at: each.due_at };
    const clock = each.paused_at ? null : bundle?.hours && clockOf(runs, now(), bundle.hours, words.clock);
    const kind = make("b", {}, words.row.task[each.kind]);
    return make("li", {}, kind, make("span", { class: "quiet" }, said(each.who)), clock && light(clock, stamp(each.due_at)));
  }));
}

function story({ story: lines }) {
  element("story").hidden = !lines.length;
  element("story-rows").replaceChildren(...lines.map((line) => make("li", {},
    make("p", {}, make("strong", {}, said(line.who)), ` ${said(line.what)}`, line.times > 1 ? ` × ${line.times}` : ""),
    said(line.why) && make("p", { class: "said" }, said(line.why)),
    make("p", { class: "small quiet" }, stamp(line.at)))));
}

async function place(entry, bundle) {
  element("where").hidden = !entry.place;
  if (!entry.place) return;
  const coarse = Number.isFinite(entry.accuracy_m) ? ` ±${Math.round(entry.accuracy_m)} m` : "";
  element("where-says").replaceChildren(said(entry.place), make("span", { class: "quiet nowrap" }, coarse));
  const grid = bundle?.grids?.find(({ code }) => code === entry.grid);
  element("approximate").hidden = !grid?.approximate;
  const map = element("place-map");
  map.hidden = !entry.point;
  if (!entry.point) return;
  const shape = grid?.geometry && { type: "Feature", properties: {}, geometry: grid.geometry };
  const lies = { point: entry.point, accuracy: entry.accuracy_m ?? 0, shape, approximate: grid?.approximate };
  const drawn = await import("wangge/field/daymap")
    .then(({ placeMap }) => placeMap(map, lies))
    .catch(() => null);
  map.hidden = !drawn;
}

/** The forms, unless her duty here is done already and on its way. */
async function offer(entry, bundle) {
  const items = await list();
  await tellAnyway(items);
  await shown.decide();
  const going = doneHere(items, [entry]).has(entry.id);
  element("acts").hidden = going || !entry.actions?.length;
  element("nothing-to-do").hidden = going || Boolean(entry.actions?.length) || entry.sealed;
  if (going || shown.forms.length || !entry.actions?.length) return;
  const around = { words: words.act, reasons: bundle?.reasons, grids: bundle?.grids, geofence: bundle?.limits?.geofence_m };
  shown.forms = await actForms(element("act-forms"), entry, around, queued);
}

async function queued() {
  await show();
  element("decisions").lastElementChild?.scrollIntoView({ block: "center" });
}

/** A refused act goes back into its form; where the phone keeps no form for it any more, the server's page has one. */
async function mend(item) {
  const form = shown.forms.find(({ action }) => action === item.fields.action);
  if (!form) {
    location.assign(`/field/cases/${item.fields.caseId}`);
    return;
  }
  element("acts").hidden = false;
  await form.restore(item.id, { open: true });
  form.explain(item.problem);
  form.element.scrollIntoView({ block: "nearest" });
}

/** It has arrived: what the server has now is fetched, and shown when it is here. */
function settled() {
  refreshBundle().then(show);
}

function stamp(instant) {
  if (!instant) return "";
  const at = new Date(instant);
  const sameYear = at.getFullYear() === new Date().getFullYear();
  const day = { ...(sameYear ? {} : { year: "numeric" }), month: "short", day: "numeric" };
  const options = { ...day, hour: "2-digit", minute: "2-digit", hour12: false, timeZone: words.zone };
  return new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", options).format(at);
}

addEventListener("hashchange", () => {
  shown = null;
  show();
});
onItems(show);
onSession(show);
await show();
await refresh();
await refreshBundle();
await show();
