// What is on its way, what arrived, and what needs her: the server's words, and what she can do about it.
import { embedded, fill } from "wangge/core/core";
import { coalesced } from "wangge/field/coalesced";
import { make } from "wangge/field/dom";
import { download, exportName } from "wangge/field/download";
import { HELD, MOVING, counts, discard, exportFile, importFile, list, onChange, retry, sendNow } from "wangge/field/queue";
import { onChange as onSession, session } from "wangge/field/session";
import { megabytes, storage } from "wangge/field/storage";
import { onStatus, status } from "wangge/field/sync";

const words = embedded("tray-words");
const element = (id) => document.getElementById(id);
const OLD = 5 * 24 * 3600 * 1000;
const english = document.documentElement.lang === "en";
const moment = new Intl.DateTimeFormat(english ? "en-GB" : "zh-CN", { month: "short", day: "numeric", hour: "2-digit",
  minute: "2-digit", hourCycle: "h23", timeZone: embedded("frame-words").zone });
const at = (instant) => moment.format(new Date(instant));

async function show() {
  const [me, items, found] = [await session(), await list(), await counts()];
  const now = status();
  element("tray-says").textContent = phase(me, found, now);
  const signin = Boolean(me.owner) && me.signedIn === false;
  element("tray-signin").hidden = !signin;
  element("tray-send").hidden = signin || !found.waiting;
  element("tray-send").disabled = now.phase === "sending";
  say("tray-oldest", found.oldest && fill(words.oldest, { time: at(found.oldest) }));
  say("tray-old", found.oldest && Date.now() - Date.parse(found.oldest) > OLD && words.old);
  section("attention", items.filter(({ state }) => HELD.includes(state)));
  section("moving", items.filter(({ state }) => MOVING.includes(state)));
  section("begun", items.filter(({ state }) => state === "draft"));
  section("arrived", items.filter(({ state }) => state === "confirmed").reverse());
  element("tray-nothing").hidden = items.length > 0;
  document.querySelector(".tray-keeping").classList.add("known");
  say("tray-others", found.others && fill(words.others, { n: found.others }));
  say("tray-locked", found.locked && fill(words.locked, { n: found.locked }));
}

function phase(me, { waiting, attention }, { phase: now, done, all, nextAt }) {
  if (now === "sending") return fill(words.sending, { n: Math.min(done + 1, all), all });
  if (now === "other") return words.other;
  if (me.owner && me.signedIn === false) return words.signin;
  if (me.reachable === false) return words.offline;
  if (!waiting) return attention ? fill(words.attention, { n: attention }) : words.idle;
  return nextAt ? fill(words.busy, { time: at(nextAt) }) : "";
}

function say(id, text) {
  const target = element(id);
  (target.querySelector("span") ?? target).textContent = text || "";
  target.hidden = !text;
}

function section(name, items) {
  const box = element(`tray-${name}`);
  box.hidden = !items.length;
  box.querySelector(".count").textContent = items.length;
  box.querySelector("ul").replaceChildren(...items.map(line));
}

function line(item) {
  const state = make("span", { class: HELD.includes(item.state) ? "badge held" : "badge" }, words.states[item.state]);
  return make("li", { "data-id": item.id, "data-state": item.state },
    make("p", { class: "tray-title" }, make("b", {}, item.title || words.untitled), " ", state),
    make("p", { class: "tray-facts small quiet" }, ...facts(item).map((fact) => make("span", {}, fact))),
    ...(HELD.includes(item.state) ? reasons(item) : []),
    make("div", { class: "tray-acts" }, ...acts(item)));
}

function facts(item) {
  const { kind, receipt, number, state, photosAll: all, photosSent: sent, begunAt, queuedAt, changedAt, after } = item;
  const waits = state === "queued" && after && !number;
  return [
    words[kind],
    fill(words.receipt, { receipt }),
    number && fill(words.number, { number }),
    all && state !== "confirmed" && fill(words.photos, { sent, all }),
    state === "draft" && fill(words.begun, { time: at(begunAt) }),
    [...MOVING, ...HELD].includes(state) && queuedAt && fill(words.queued, { time: at(queuedAt) }),
    state === "confirmed" && fill(words.arrived, { time: at(changedAt) }),
    waits && words.follows,
  ].filter(Boolean);
}

/** The server's own words; for a conflict also who did what meanwhile, and where the case stands. */
function reasons({ problem }) {
  const said = [local(problem) ?? problem.detail ?? problem.title, ...Object.values(problem.errors ?? {}).flat()];
  const lines = [...new Set(said.filter(Boolean))].map((text) => make("p", { class: "tray-why" }, text));
  if (!lines.length) lines.push(make("p", { class: "tray-why" }, fill(words.noWords, { status: problem.status })));
  const changed = problem.changed ?? [];
  if (changed.length) lines.push(make("ul", { class: "tray-changed small" }, ...changed.map(change)));
  if (problem.case) lines.push(make("p", { class: "small" }, fill(words.now, { state: words.status[problem.case.status] })));
  return lines;
}

function local({ local: reason, status: code, photo }) {
  if (code === 413 && photo) return words.tooLarge;
  return { orphan: words.orphan, "photo-missing": words.photoMissing }[reason];
}

function change({ at: when, actor, action }) {
  return make("li", {}, `${at(when)} ${actor} ${words.events[action] ?? ""}`);
}

function acts(item) {
  const { kind, state, number, problem, id, caseId, title } = item;
  const page = kind === "case" ? `/field/file#${id}` : `/field/case#${caseId}`;
  const known = kind === "act" || number;
  const mendable = state === "conflict" || (state === "parked" && (kind === "act" || !number));
  const name = title || words.untitled;
  const labelled = (text) => `${text}: ${name}`;
  return [
    state === "draft" && link(page, words.goOn, labelled),
    mendable && problem.local !== "orphan" && link(page, state === "conflict" ? words.decide : words.mend, labelled, "primary"),
    state === "parked" && button(words.retry, labelled, () => retry(id)),
    state === "parked" && problem.photo && button(words.without, labelled, () => retry(id, { without: problem.photo })),
    state === "confirmed" && known && link(`/field/cases/${caseId}`, words.open, labelled),
    !MOVING.includes(state) && state !== "confirmed" && button(words.discard, labelled, () => throwAway(id, name)),
  ].filter(Boolean);
}

function link(href, text, labelled, more = "") {
  return make("a", { class: `button ${more}`, href, "aria-label": labelled(text) }, text);
}

function button(text, labelled, work) {
  const made = make("button", { class: "button", type: "button", "aria-label": labelled(text) }, text);
  made.addEventListener("click", work);
  return made;
}

async function throwAway(id, title) {
  if (confirm(fill(words.reallyDiscard, { title }))) await discard(id);
}

async function showStorage() {
  const { persisted, usage, quota, low } = await storage();
  element("tray-storage").textContent = persisted ? words.persisted : words.evictable;
  const known = quota !== null;
  element("tray-usage").textContent = known
    ? fill(words.usage, { used: megabytes(usage), quota: megabytes(quota) }) : words.unknownRoom;
  say("tray-low", low && words.low);
}

async function carryOut() {
  const { draft, waiting, attention } = await counts();
  if (draft + waiting + attention) download(await exportFile(), exportName());
  else say("tray-carried", words.nothingToExport);
}

async function carryIn({ target }) {
  const [file] = target.files;
  target.value = "";
  if (!file) return;
  try {
    say("tray-carried", fill(words.imported, await importFile(file)));
    sendNow();
  } catch (error) {
    if (error.name !== "NotMine") throw error;
    say("tray-carried", error.reason === "other" ? words.importOther : words.importDamaged);
  }
}

const soon = coalesced(show);
for (const listen of [onChange, onSession, onStatus]) listen(soon);
element("tray-send").addEventListener("click", sendNow);
element("tray-export").addEventListener("click", carryOut);
element("tray-import").addEventListener("change", carryIn);
await Promise.all([soon(), showStorage()]);
