// One case on the phone: its small map, and the actions, each sent under the version that was read.
import { embedded, fill } from "wangge/core/core";
import { sendPhoto, signedOut } from "wangge/field/delivery";
import { Patience, ask, renewToken } from "wangge/field/http";
import { standing } from "wangge/field/position";
import { photoStrip } from "wangge/field/strip";

const words = embedded("case-words");
const acts = document.querySelector(".acts");
const DONE = "wangge-done";
const KEPT = "wangge-words";
const KINDS = { close_on_spot: "after", verify_pass: "check", check_pass: "check", check_fail: "check" };

for (const form of acts?.querySelectorAll("form") ?? []) prepareForm(form, acts.dataset);
showWhatWasDone();
await showMap();

function prepareForm(form, { case: id, version }) {
  const stripElement = form.querySelector("[data-strip]");
  const strip = stripElement && photoStrip(stripElement, words);
  const says = form.querySelector("[data-says]");
  const say = (text) => {
    says.textContent = text;
    says.hidden = !text;
  };
  const patience = new Patience((seconds) => say(seconds ? fill(words.waiting, { seconds }) : words.sending));
  const where = prepareStanding(form);
  prepareReasons(form);
  recall(form, id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.inert) return;
    form.inert = true;
    clearErrors(form);
    try {
      const path = `/api/v1/cases/${id}`;
      say(words.sending);
      await carryOut(form, { path, version, photos: strip?.photos ?? [], spot: await where() }, say, patience);
      sessionStorage.setItem(DONE, id);
      location.replace(location.pathname);
    } catch (refused) {
      say("");
      form.inert = false;
      await explain(form, refused, { id, version });
    }
  });
}

/** Looks for the device when the form opens; the returned function resolves to where it stands then, or null. */
function prepareStanding(form) {
  const says = form.querySelector("[data-position]");
  if (!says) return async () => null;
  const tell = (fix) => (says.textContent = fix ? fill(words.stand, { n: fix.accuracy }) : words.nowhere);
  const details = form.closest("details");
  let following = null;
  const look = () => {
    following?.stop();
    says.textContent = words.finding;
    following = standing(tell);
  };
  details.addEventListener("toggle", () => details.open && look());
  return () => {
    look(); // she may have walked since
    return following.now();
  };
}

/** A chosen reason writes its words, unless the inspector wrote her own. */
function prepareReasons(form) {
  const select = form.querySelector("[data-fills]");
  const area = select && document.getElementById(select.dataset.fills);
  select?.addEventListener("change", () => {
    const offered = [...select.options].map((option) => option.textContent);
    if (!area.value || offered.includes(area.value)) area.value = select.value ? select.selectedOptions[0].textContent : "";
  });
}

/** Photos first, then the action that names them. A repeat has the same id, so it is done once. */
async function carryOut(form, { path, version, photos, spot }, say, patience) {
  const kind = KINDS[form.dataset.action] ?? "other";
  for (const [index, photo] of photos.entries()) {
    say(fill(words.photos, { n: index + 1, all: photos.length }));
    await sendPhoto(path, photo, kind, patience);
  }
  say(words.sending);
  const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const body = { id: form.dataset.id, action: form.dataset.action, ...said };
  if (spot) body.position = { lon: spot.lon, lat: spot.lat, crs: "wgs84", accuracy_m: spot.accuracy };
  if (photos.length) body.photos = photos.map((photo) => photo.sha256);
  const headers = { "Content-Type": "application/json", "If-Match": `"${version}"` };
  await ask(`${path}/actions`, { method: "POST", headers, body: JSON.stringify(body) }, patience);
}

async function explain(form, refused, { id, version }) {
  if (refused.status === 412) {
    sessionStorage.setItem(KEPT, JSON.stringify({ id, ...Object.fromEntries(new FormData(form)) }));
    location.replace(`${location.pathname}?seen=${version}`);
    return;
  }
  if (signedOut(refused) && !(await renewToken())) {
    error(form, "", words.session);
    return;
  }
  const errors = Object.entries(refused.problem?.errors ?? {});
  for (const [name, texts] of errors) error(form, name, texts.join(" "));
  if (!errors.length) error(form, "", fill(words.refused, { why: refused.message }));
}

function error(form, name, text) {
  if (name === "off_site_reason") askWhyAway(form);
  const target = form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? form.querySelector('[data-error=""]');
  target.textContent = text;
  target.hidden = !text;
  form.elements[name]?.focus?.();
}

/** The server says that the device is not where the case lies: the reason is asked for, nothing is lost. */
function askWhyAway(form) {
  form.querySelector("[data-away]").hidden = false;
  const says = form.querySelector("[data-says]");
  says.textContent = words.away;
  says.hidden = false;
}

function clearErrors(form) {
  for (const target of form.querySelectorAll("[data-error]")) target.hidden = true;
}

/** Words that were written before somebody else was faster. */
function recall(form, id) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept?.id !== id) return;
  for (const area of form.querySelectorAll("textarea")) {
    if (!kept[area.name]) continue;
    area.value = kept[area.name];
    form.closest("details").open = true;
    sessionStorage.removeItem(KEPT);
  }
}

function showWhatWasDone() {
  if (sessionStorage.getItem(DONE) !== location.pathname.split("/").pop()) return;
  sessionStorage.removeItem(DONE);
  document.getElementById("case-done").hidden = false;
}

async function showMap() {
  const place = embedded("case-place");
  if (!place) return;
  const [{ miniMap }, shape] = await Promise.all([
    import("wangge/maps/map"),
    place.shape_url ? fetch(place.shape_url).then((answer) => (answer.ok ? answer.json() : null)) : null,
  ]);
  await miniMap(document.getElementById("case-map"), { ...place, shape });
}
