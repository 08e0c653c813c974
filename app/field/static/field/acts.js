// What can be done to a case on the phone: one form for each action, kept as it is written, sent by the queue.
import { fill } from "wangge/core/core";
import { icon, make, said } from "wangge/field/dom";
import { actsOn } from "wangge/field/outcome";
import { metresTo, readOutlines } from "wangge/field/outlines";
import { standing } from "wangge/field/position";
import * as queue from "wangge/field/queue";
import { photoStrip } from "wangge/field/strip";

const PHOTO_KINDS = { close_on_spot: "after", verify_pass: "check", check_pass: "check", check_fail: "check" };
const SIGNS = { check_pass: "check", verify_pass: "check", close_on_spot: "wrench", check_fail: "return", verify_fail: "close" };
const FIRST = new Set(["check_pass", "verify_pass", "close_on_spot"]);
const MOST_ACCURACY = 200; // metres, as app/cases/service/geofence.py
const PAUSE = 400; // ms after the last key before what was written is kept

/**
 * Put the forms of a case into `container`. `subject`: {id, number, version, grid, category, actions};
 * `around`: {words, reasons: {action: [[code, zh, en]]}, grids, geofence} (grids and geofence may be missing:
 * then the server asks). `onQueued(draft, receipt)` when one has been kept for sending.
 */
export async function actForms(container, subject, around, onQueued) {
  const before = actsOn(await queue.list(), subject.id);
  const forms = subject.actions.map((offered) => new ActForm(offered, subject, around, onQueued));
  container.replaceChildren(...forms.map(({ element }) => element));
  for (const form of forms) {
    const begun = before.findLast((item) => item.state === "draft" && item.fields.action === form.action);
    if (begun) await form.restore(begun.id);
  }
  return forms;
}

class ActForm {
  #draft = null;
  #parked = null;
  #timer = null;
  #saving = Promise.resolve();

  constructor({ action, needs }, subject, around, onQueued) {
    Object.assign(this, { action, needs, subject, around, onQueued, words: around.words });
    const fields = needs.flatMap((need) => this.#field(need));
    this.form = make("form", { class: "form", "data-action": action, novalidate: true }, ...fields,
      make("p", { class: "field-error", "data-error": "", role: "alert", hidden: true }),
      make("p", { class: "small", "data-says": true, role: "status", hidden: true }),
      make("button", { class: "button primary wide" }, fill(this.words.confirm, { action: this.words.action[action] })));
    const look = FIRST.has(action) ? "button wide primary" : "button wide";
    const summary = make("summary", { class: look }, icon(SIGNS[action] ?? "comment"), this.words.action[action]);
    this.element = make("details", { class: "act", name: "act" }, summary, this.form);
    this.#live();
  }

  #live() {
    const strip = this.form.querySelector("[data-strip]");
    this.strip = strip && photoStrip(strip, this.words, (_photos, change) => this.#photo(change));
    this.where = this.#standing();
    const select = this.form.querySelector("select");
    select?.addEventListener("change", () => this.#chosen(select));
    this.form.addEventListener("input", () => this.#soon());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** The elements of one field that the action takes. */
  #field({ name, kind, required }) {
    const id = `${this.action}-${name}`;
    if (kind === "photos") return [this.#photoStrip(id), error("photos")];
    if (kind === "position") return [make("p", { class: "small quiet", "data-position": true, role: "status" })];
    if (kind === "reason_code") return this.#reasons(id, name);
    if (!["text", "reason"].includes(kind)) return [];
    const label = this.words.labels[`${this.action}.${name}`] ?? this.words.labels[name] ?? name;
    const area = make("textarea", { class: "input", id, name, rows: 3, required, maxlength: 1000 });
    if (this.action === "close_on_spot" && name === "note") area.value = this.words.settledNote;
    const away = name === "off_site_reason";
    return [make("div", { class: "field", "data-away": away, hidden: away }, make("label", { for: id }, label), area, error(name))];
  }

  #photoStrip(id) {
    const strip = document.getElementById("strip-template").content.firstElementChild.cloneNode(true);
    strip.dataset.strip = id;
    for (const part of strip.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("STRIP", id));
    }
    return strip;
  }

  #reasons(id, name) {
    const offered = this.around.reasons?.[this.action] ?? [];
    if (!offered.length) return [];
    const options = offered.map(([code, zh, en]) => make("option", { value: code }, said({ zh, en })));
    const select = make("select", { class: "input", id, name }, make("option", { value: "" }, this.words.ownWords), ...options);
    return [make("div", { class: "field" }, make("label", { for: id }, this.words.chooseReason), select)];
  }

  /** A chosen reason writes its words, unless the inspector wrote her own. */
  #chosen(select) {
    const area = this.form.elements.reason;
    const offered = [...select.options].map((option) => option.textContent);
    if (!area.value || offered.includes(area.value)) area.value = select.value ? select.selectedOptions[0].textContent : "";
  }

  /** Looks for the device when the form opens; the returned function resolves to where it stands then, or null. */
  #standing() {
    const says = this.form.querySelector("[data-position]");
    if (!says) return async () => null;
    let following = null;
    const look = () => {
      following?.stop();
      says.textContent = this.words.finding;
      following = standing((fix) => (says.textContent = fix ? fill(this.words.stand, { n: fix.accuracy }) : this.words.nowhere));
    };
    this.element.addEventListener("toggle", () => (this.element.open ? look() : following?.stop()));
    return () => {
      look(); // she may have walked since
      return following.now();
    };
  }

  /** What the phone keeps of this form, made at the first thing that is worth keeping. */
  async #kept() {
    if (this.#parked) {
      this.#draft = await queue.mend(this.#parked);
      this.#parked = null;
    }
    this.#draft ??= await queue.begin("act", this.#fields());
    return this.#draft;
  }

  #fields() {
    const { id, number, version, grid, category, place } = this.subject;
    const title = fill(this.words.title, { action: this.words.action[this.action], what: said(category) });
    return { title, action: this.action, caseId: id, version, said: this.#said(), entry: { id, number, version, grid, category, place } };
  }

  #said() {
    return Object.fromEntries([...new FormData(this.form)].filter(([, value]) => typeof value === "string" && value.trim() !== ""));
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE);
  }

  /** One change after the other, so that none overtakes another. */
  #save(work = () => {}) {
    clearTimeout(this.#timer);
    this.#saving = this.#saving.then(async () => {
      const draft = await this.#kept();
      draft.fields = this.#fields();
      await queue.keep(draft);
      await work(draft);
    });
    return this.#saving.catch((failure) => this.#failed(failure));
  }

  #photo({ added, dropped }) {
    return this.#save(async (draft) => {
      if (added) await queue.addPhoto(draft, { ...added, kind: PHOTO_KINDS[this.action] ?? "other" });
      if (dropped) await queue.dropPhoto(draft, dropped.sha256);
    });
  }

  async #submit() {
    if (this.form.inert) return;
    this.form.inert = true;
    clearTimeout(this.#timer); // what was written is kept with the rest now
    this.#clear();
    try {
      this.#say(this.words.keeping);
      await this.strip?.ready();
      await this.#saving;
      const spot = await this.where();
      if (this.#complete() && this.#there(spot)) await this.#queue(spot);
      else this.#say("");
    } catch (failure) {
      this.#failed(failure);
    } finally {
      this.form.inert = false;
    }
    this.form.querySelector("[data-error]:not([hidden])")?.closest(".field")?.querySelector(".input")?.focus();
  }

  async #queue(spot) {
    const draft = await this.#kept();
    const body = { id: draft.id, action: this.action, ...this.#said() };
    if (spot) body.position = { lon: spot.lon, lat: spot.lat, crs: "wgs84", accuracy_m: spot.accuracy };
    if (this.strip?.photos.length) body.photos = this.strip.photos.map(({ sha256 }) => sha256);
    draft.fields = { ...this.#fields(), body };
    const receipt = await queue.enqueue(draft, { body, caseId: this.subject.id, version: this.subject.version });
    this.#draft = null;
    this.form.reset();
    this.strip?.clear();
    this.element.open = false;
    this.#say("");
    this.onQueued(draft, receipt);
  }

  /** What the server would miss, said before anything is sent. */
  #complete() {
    const values = this.#said();
    for (const { name, kind, required } of this.needs) {
      if (!required) continue;
      if (kind === "photos" && !this.strip.photos.length) this.error(name, this.words.needPhoto);
      if (kind !== "photos" && !values[name]) this.error(name, this.words.needed);
    }
    return !this.form.querySelector("[data-error]:not([hidden])");
  }

  /** From elsewhere the server asks why; so does the phone, as far as it knows the grid. */
  #there(spot) {
    const { grids, geofence } = this.around;
    const [outline] = readOutlines((grids ?? []).filter(({ code }) => code === this.subject.grid));
    if (!spot || !outline || geofence === undefined || this.form.elements.off_site_reason?.value.trim()) return true;
    const metres = metresTo(outline, spot.lon, spot.lat);
    if (metres <= geofence + Math.min(spot.accuracy, MOST_ACCURACY)) return true;
    this.error("off_site_reason", fill(this.words.metresAway, { metres: Math.round(metres) }));
    return false;
  }

  /** Show again what was written and taken before: a draft that was begun, or one that the server refused. */
  async restore(id, { open = false } = {}) {
    const found = await queue.get(id);
    if (!found) return;
    if (found.state === "draft") this.#draft = found;
    else this.#parked = id;
    for (const [name, value] of Object.entries(found.fields.said ?? {})) {
      if (this.form.elements[name]) this.form.elements[name].value = value;
    }
    if (found.fields.said?.off_site_reason) this.form.querySelector("[data-away]").hidden = false;
    await this.#restorePhotos(found);
    this.element.open ||= open || found.state === "draft";
  }

  async #restorePhotos(found) {
    const photos = [];
    for (const photo of found.photos) {
      const blob = await queue.blobOf(found, photo.sha256);
      if (blob) photos.push({ ...photo, blob, url: URL.createObjectURL(blob) });
    }
    this.strip?.restore(photos);
  }

  /** What the server said of one field, or of the whole. */
  explain(problem) {
    const errors = Object.entries(problem?.errors ?? {});
    for (const [name, texts] of errors) this.error(name, texts.join(" "));
    if (!errors.length) this.error("", fill(this.words.parked, { why: problem?.detail || problem?.title || "" }));
    this.#say("");
  }

  error(name, text) {
    if (name === "off_site_reason") this.form.querySelector("[data-away]").hidden = false;
    const target = this.form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? this.form.querySelector('[data-error=""]');
    target.replaceChildren(icon("alarm"), make("span", {}, text));
    target.hidden = false;
    this.form.elements[name]?.focus?.();
  }

  #failed(failure) {
    console.warn(failure);
    this.error("", fill(this.words.notKept, { why: failure.message }));
    this.#say("");
  }

  #clear() {
    for (const target of this.form.querySelectorAll("[data-error]")) target.hidden = true;
  }

  #say(text) {
    const says = this.form.querySelector("[data-says]");
    says.textContent = text;
    says.hidden = !text;
  }
}

function error(name) {
  return make("p", { class: "field-error", "data-error": name, role: "alert", hidden: true });
}
