// The filing page: photo, place, category, send. It needs no network: everything is kept on the phone first.
import { embedded, fill } from "wangge/core/core";
import { remember } from "wangge/field/categories";
import { minutesSlow } from "wangge/field/claims";
import { bodyOf, placed } from "wangge/field/draft";
import { drawingSection } from "wangge/field/drawing";
import { keeping } from "wangge/field/keeping";
import { keptScreen } from "wangge/field/kept";
import { readOutlines } from "wangge/field/outlines";
import { categoryPicker } from "wangge/field/picker";
import { placeSection } from "wangge/field/place";
import { questionsSection } from "wangge/field/questions";
import { get, mend } from "wangge/field/queue";
import { refusals } from "wangge/field/refusals";
import { offerDrafts } from "wangge/field/resume";
import { onChange as onSession, session } from "wangge/field/session";
import { photoStrip } from "wangge/field/strip";
import { voiceSection } from "wangge/field/voice";
import { streetWalk } from "wangge/field/walk";

const APP = new URL(import.meta.url).searchParams.get("v") ?? "0"; // changes whenever this page does
const MAP_ANYWAY = 10_000;
const words = embedded("file-words");
const english = document.documentElement.lang === "en";
const element = (id) => document.getElementById(id);
const form = element("file");

let busy = false;
let known = null; // the bundle that the page shows
const errors = refusals(words);
const kept = keeping(errors.trouble);
const walk = streetWalk(words);
const screen = keptScreen(words, errors.trouble);
const strip = photoStrip(document.querySelector("[data-strip=photo]"), words, photosChanged, shutter);
const voice = voiceSection(words, (note) => kept.add(note, "voice").catch(() => voice.show(null)), ({ sha256 }) => kept.drop(sha256).catch(() => {}));
const picker = categoryPicker(words, english, categoryChosen);
const questions = questionsSection(element("questions"), words, english, () => changed());
const drawing = drawingSection(words, () => changed(true));
const place = placeSection(words, english, changed, (map) => drawing.attach(map));

// ---- what the draft says --------------------------------------------------------------------------------

/** Everything on the page, kept on the phone a moment later. */
function changed(byPerson = false) {
  const category = picker.chosen();
  const said = {
    ...place.read(),
    category: category?.code ?? picker.retired(),
    answers: category ? questions.read() : kept.fields().answers,
    shape: drawing.shape(),
    description: element("description").value.trim(),
    urgency: form.elements.urgency.value,
    shutter: kept.fields().shutter ?? (strip.photos.length ? stampOf(place.fix()) : null),
  };
  kept.change({ ...said, title: title(category) });
  place.compare(strip.photos, drawing.shape() !== null);
  walk.here(place.fix(), said.pin);
  if (placed(said) && (byPerson || !kept.fields().said)) errors.clear("place");
}

/** What lists call the case: nobody has to write one. */
function title(category) {
  return [category && picker.label(category), place.named()].filter(Boolean).join(" · ");
}

function categoryChosen(category) {
  errors.clear("category");
  questions.ask(category.questions, kept.fields().answers);
  changed();
}

/** Where the device is as the camera comes back; on a walk the photo also ends the case before. */
async function shutter(input) {
  const stamp = stampOf(place.fix());
  if (walk.on() && input.id === "photo-camera") {
    await strip.ready();
    if (strip.photos.length) await nextOfWalk(stamp);
  }
  return stamp && { shutter: stamp };
}

function stampOf(fix) {
  return fix && { lon: fix.lon, lat: fix.lat, accuracy: fix.accuracy, at: fix.at };
}

function photosChanged(photos, { added, dropped }) {
  const done = added ? kept.add(added, "before") : kept.drop(dropped.sha256);
  if (added) done.catch(() => strip.remove(added));
  if (walk.on()) place.hold(true);
  changed();
}

// ---- sending --------------------------------------------------------------------------------------------

/** What is missing is said where it is missing; the first of it gets the focus. */
function complete() {
  const fields = kept.fields();
  if (drawing.unfinished()) return errors.bring("place", words.needCorners, drawing.bring);
  if (!placed(fields)) return errors.bring("place", words.needPlace, element("locate"));
  if (place.coarse()) return errors.bring("place", words.needAccuracy, element("place-accept"));
  if (!picker.chosen()) return errors.bring("category", picker.retired() ? words.retired : words.needCategory, element("category-search"));
  return questions.check();
}

async function send({ endsWalk = false } = {}) {
  if (busy) return;
  busy = true;
  errors.clear();
  try {
    await Promise.all([strip.ready(), voice.stop()]);
    changed();
    if (!complete()) return;
    await keepNow();
    if (walk.on()) return await goOnWalking(endsWalk);
    form.hidden = true;
    screen.show(kept.draft(), { place: place.named(), onSpot: picker.chosen().onSpot });
  } catch (error) {
    errors.trouble(error);
  } finally {
    busy = false;
  }
}

/** On the phone's disk when this resolves; the queue sends it when it can. */
async function keepNow() {
  const { code, questions: asked } = picker.chosen();
  const queuedAt = new Date().toISOString();
  kept.change({ said: null });
  await kept.send(({ photos, begunAt }) => bodyOf(kept.fields(), photos, { begunAt, queuedAt, app: APP, asked: asked.length > 0 }));
  remember(code);
}

// ---- another one ----------------------------------------------------------------------------------------

/** An empty page: the same place, or the same category where she stands now. */
async function again({ category = null, pin = null }) {
  kept.open(null);
  history.replaceState(null, "", location.pathname);
  Object.assign(kept.fields(), { category, pin });
  await showDraft();
  screen.hide();
  if (!pin) place.look({ walking: walk.on() });
  scrollTo(0, 0);
  document.querySelector("[data-strip=photo] input").focus();
}

/** The page shows what the draft says. */
async function showDraft() {
  const fields = kept.fields();
  form.reset();
  element("description").value = fields.description;
  form.elements.urgency.value = fields.urgency;
  picker.show(fields.category);
  questions.ask(picker.chosen()?.questions ?? [], fields.answers);
  drawing.show(fields.shape);
  place.hold(false);
  place.show(fields);
  await showPhotos();
  errors.clear();
  if (fields.said) errors.said(fields.said, questions);
  if (picker.retired()) errors.say("category", words.retired);
  element("sent").hidden = true;
  form.hidden = false;
}

async function showPhotos() {
  const all = await Promise.all(kept.photos().map(async (photo) => ({ ...photo, blob: await kept.blob(photo.sha256) })));
  const there = all.filter(({ blob }) => blob);
  strip.clear();
  strip.restore(there.filter(({ kind }) => kind !== "voice").map((photo) => ({ ...photo, url: URL.createObjectURL(photo.blob) })));
  voice.show(there.find(({ kind }) => kind === "voice") ?? null);
  place.compare(strip.photos, kept.fields().shape !== null);
}

async function nextOfWalk(stamp) {
  changed();
  const category = picker.chosen()?.code ?? null;
  await noteOfWalk();
  const pin = stamp && { ...stamp, source: "gps" };
  kept.open(null);
  Object.assign(kept.fields(), { category, pin });
  await showDraft();
}

/** A case that lacks something stays a draft, and says so in the list. */
async function noteOfWalk() {
  const finished = placed(kept.fields()) && !place.coarse() && picker.chosen() && questions.check();
  if (finished) await keepNow();
  else await kept.flush();
  walk.note(kept.draft(), { place: place.named(), complete: Boolean(finished) });
}

function startWalk() {
  if (!picker.chosen()) return errors.bring("category", words.needCategory, element("category-search"));
  walk.start();
  place.look({ walking: true });
  return true;
}

/** What was kept goes onto the list; the next one keeps the category. */
function goOnWalking(end) {
  const { category } = kept.fields();
  walk.note(kept.draft(), { place: place.named(), complete: true });
  return end ? endWalk() : again({ category });
}

function endWalk() {
  walk.finish();
  return again({});
}

// ---- opening --------------------------------------------------------------------------------------------

/** `/field/file#<id>`: a draft, or what the server refused, to be mended. */
async function openWanted() {
  const wanted = location.hash.slice(1);
  if (wanted) await goOn(wanted);
  else await offerDrafts(words, goOn);
}

async function goOn(id) {
  await kept.flush();
  element("drafts").hidden = true;
  const found = await get(id);
  if (!found) return errors.say("send", words.gone);
  if (found.kind === "act") return screen.again(found.fields.case).then(() => (form.hidden = true));
  const held = found.state === "parked" || found.state === "conflict";
  if (found.state !== "draft" && (!held || found.number)) return location.assign("/field/tray");
  const draft = held ? await mend(id) : found;
  history.replaceState(null, "", `#${draft.id}`);
  kept.open(draft);
  if (held) kept.change({ said: found.problem });
  await showDraft();
  if (!kept.fields().pin && !kept.fields().unit) place.look();
}

/** Categories, outlines and limits of the bundle, when it comes and whenever it changes. */
async function know() {
  const { skew, asked, bundle: opened } = await session();
  const bundle = await opened();
  element("no-bundle").hidden = Boolean(bundle) || !asked; // it may be on its way
  clock(minutesSlow(skew));
  if (!bundle || bundle.at === known?.at) return;
  known = bundle;
  picker.know(bundle.categories);
  place.know(readOutlines(bundle.grids), bundle.start?.point ?? null);
  if (bundle.limits?.voice_seconds) voice.limit(bundle.limits.voice_seconds);
}

function clock(slow) {
  element("clock-note").hidden = !slow;
  element("clock-note").textContent = fill(slow > 0 ? words.clockSlow : words.clockFast, { n: Math.abs(slow) });
}

/** The map is heavy: one that is not on the phone yet comes behind the camera, at her first touch, or after a while. */
async function whenCheap(work) {
  const library = import.meta.resolve("maplibre-gl/worker");
  if (await globalThis.caches?.match(library)) (globalThis.requestIdleCallback ?? setTimeout)(work);
  else onFirstTouch(work);
}

function onFirstTouch(work) {
  const touches = ["pointerdown", "keydown"];
  const once = () => {
    clearTimeout(timer);
    for (const name of touches) removeEventListener(name, once);
    work();
  };
  const timer = setTimeout(once, MAP_ANYWAY);
  for (const name of touches) addEventListener(name, once);
}

/** The bar with the send button stands on the keyboard, not under it. */
function aboveKeyboard() {
  const { height, offsetTop } = visualViewport;
  const hidden = Math.max(0, innerHeight - height - offsetTop);
  document.documentElement.style.setProperty("--keyboard", `${hidden}px`);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("input", () => changed());
element("again-here").addEventListener("click", () => again({ pin: kept.fields().pin }));
element("again-same").addEventListener("click", () => again({ category: kept.fields().category }));
element("walk-start").addEventListener("click", startWalk);
element("walk-finish").addEventListener("click", () => (strip.photos.length ? send({ endsWalk: true }) : endWalk()));
addEventListener("hashchange", () => openWanted().catch(errors.trouble));
addEventListener("pagehide", () => kept.flush().catch(() => {}));
document.addEventListener("visibilitychange", () => document.hidden && kept.flush().catch(() => {}));
visualViewport?.addEventListener("resize", aboveKeyboard);
visualViewport?.addEventListener("scroll", aboveKeyboard);
onSession(() => know().catch(errors.trouble));

place.look();
await know();
await openWanted().catch(errors.trouble);
await whenCheap(() => place.openMap());
