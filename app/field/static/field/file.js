// The filing page: photo, place, category, send; then the number.
import { embedded, fill } from "wangge/core/core";
import { remember } from "wangge/field/categories";
import { Incomplete, PhotoRefused, deliver, signedOut } from "wangge/field/delivery";
import { begin } from "wangge/field/draft";
import { Patience, Refused, renewToken } from "wangge/field/http";
import { categoryPicker } from "wangge/field/picker";
import { placeSection } from "wangge/field/place";
import { settleSection } from "wangge/field/settle";
import { photoStrip } from "wangge/field/strip";

const words = embedded("file-words");
const start = embedded("file-start");
const element = (id) => document.getElementById(id);
const form = element("file");
const ERRORS_OF = { category: "category", geometry: "place", area: "place", crs: "place", accuracy_m: "place",
  place_text: "place", description: "description" };

let draft = begin();
let busy = false;
let session = false; // refused for want of a session: the next try takes over the new token
const patience = new Patience((seconds) => {
  say(seconds ? fill(words.waiting, { seconds }) : words.sending);
  element("try-now").hidden = !seconds;
});
const strip = photoStrip(document.querySelector("[data-strip=photo]"), words);
const picker = categoryPicker(embedded("file-categories"), words, start.english, () => error("category", ""));
const settle = settleSection(words, patience);
const place = placeSection(words, start, () => error("place", ""));

function say(text) {
  const sent = !element("sent").hidden;
  const target = element(sent ? "sent-photos" : "send-says");
  target.textContent = text;
  target.hidden = !text;
}

function error(name, text) {
  const target = element(`${name}-error`);
  target.textContent = text;
  target.hidden = !text;
}

/** What is missing is said where it is missing; the first of it gets the focus. */
function complete() {
  draft.photos = [...strip.photos];
  draft.place = place.read();
  draft.category = picker.chosen();
  draft.description = element("description").value.trim();
  draft.urgency = form.elements.urgency.value;
  error("place", draft.place ? "" : words.needPlace);
  error("category", draft.category ? "" : words.needCategory);
  if (!draft.place) bring(element("locate"));
  else if (!draft.category) bring(element("category-chips").querySelector("button"));
  return draft.place && draft.category;
}

function bring(control) {
  control.focus({ preventScroll: true });
  control.scrollIntoView({ block: "center" });
}

async function send() {
  if (busy || (!draft.frozen && !complete())) return;
  busy = true;
  hold(true);
  clearErrors();
  say(words.sending);
  try {
    if (session && (await renewToken())) session = false;
    done(await deliver(draft, { filed, photo, checking: () => say(words.checking) }, patience));
  } catch (refused) {
    failed(refused);
  } finally {
    busy = false;
    hold(Boolean(draft.frozen));
  }
}

/** Nothing of a case that may be on its way can be changed. */
function hold(held) {
  element("send").disabled = busy;
  for (const part of form.querySelectorAll("section, .more")) part.inert = held;
}

function clearErrors() {
  for (const name of ["send", "sent", "category", "place", "description"]) error(name, "");
  element("sent-retry").hidden = true;
}

function photo(n, all) {
  say(fill(words.photos, { n, all }));
}

/** The case has its number; its photos may still be under way. */
function filed(present) {
  if (!element("sent").hidden) return;
  remember(draft.category);
  element("sent-number").textContent = present.number;
  element("sent-place").textContent = present.holder
    ? fill(words.goesTo, { place: element("place-name").firstElementChild.textContent, holder: present.holder.name })
    : words.restricted;
  element("sent-open").href = `/field/cases/${present.id}`;
  form.hidden = true;
  element("sent").hidden = false;
  scrollTo(0, 0);
  element("sent-title").focus();
}

function done(present) {
  draft.delivered = true;
  const n = draft.photos.length;
  say(n ? fill(words.arrived, { n }) : words.noPhotos);
  if (picker.onSpot()) settle.offer(present, n > 0);
}

function failed(refused) {
  const sent = !element("sent").hidden;
  session = signedOut(refused);
  say("");
  element("sent-retry").hidden = !sent;
  if (session) error(sent ? "sent" : "send", words.session);
  else if (refused instanceof Incomplete) error("sent", words.incomplete);
  else if (refused instanceof PhotoRefused) error("sent", fill(words.photoRefused, { n: refused.n, why: refused.message }));
  else if (refused instanceof Refused) refusedFields(refused);
  else throw refused;
}

function refusedFields({ status, message, problem }) {
  if (status === 409) draft.id = crypto.randomUUID();
  const rest = [];
  for (const [name, texts] of Object.entries(problem.errors ?? {})) {
    if (ERRORS_OF[name]) error(ERRORS_OF[name], texts.join(" "));
    else rest.push(...texts);
  }
  const shown = Object.keys(problem.errors ?? {}).find((name) => ERRORS_OF[name]);
  if (shown) element(`${ERRORS_OF[shown]}-error`).scrollIntoView({ block: "center" });
  if (rest.length || !shown) error("send", fill(words.refused, { why: rest.join(" ") || message }));
}

/** The next case: here again, or the same category somewhere else. */
function again({ category, look }) {
  draft = begin();
  strip.clear();
  settle.clear();
  form.reset();
  place.again();
  picker.again(category);
  clearErrors();
  hold(false);
  element("sent").hidden = true;
  form.hidden = false;
  say("");
  if (look) place.look();
  scrollTo(0, 0);
  document.querySelector("[data-strip=photo] input").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
element("try-now").addEventListener("click", () => patience.hurry());
element("sent-retry").addEventListener("click", send);
element("again-here").addEventListener("click", () => again({ category: null, look: false }));
element("again-same").addEventListener("click", () => again({ category: draft.category, look: true }));
addEventListener("beforeunload", (event) => {
  if (busy || settle.unsent() || (strip.photos.length && !draft.delivered)) event.preventDefault();
});

/** The bar with the send button stands on the keyboard, not under it. */
function aboveKeyboard() {
  const { height, offsetTop } = visualViewport;
  const hidden = Math.max(0, innerHeight - height - offsetTop);
  document.documentElement.style.setProperty("--keyboard", `${hidden}px`);
}
visualViewport?.addEventListener("resize", aboveKeyboard);
visualViewport?.addEventListener("scroll", aboveKeyboard);

place.look();
if (start.point) await place.openMap();
