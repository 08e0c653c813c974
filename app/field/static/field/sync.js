// The sender: one tab at a time takes the queue in order to the server, until it has read back every byte.
import { MOVING, NotNow, blobOf, change, list, mine, onSend, sweep } from "wangge/field/queue";
import { refresh } from "wangge/field/session";

export const LOCK = "wangge-send";
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 5 * 60_000;
const LONGEST_ASK = 60_000;
const LONGEST_UPLOAD = 5 * 60_000;
const TOO_LARGE_TRIES = 3; // a 413 may be a proxy's hiccup; then the photo is the reason
const ROUNDS = 3; // of sending photos again that the read-back does not list
const PASSING = [408, 429, 502, 503, 504];

const channel = new BroadcastChannel("wangge-sync");
channel.unref?.();
const listeners = new Set();
const state = { phase: "idle", done: 0, all: 0, lastSentAt: null, nextAt: null };
const tries = new Map(); // item → failed tries of this page
let runs = 0; // runs in a row that ended too early
let timer = null;
let running = null;
let wanted = false;

/** Everything stops for now: "offline", "busy", "signin" (nobody), "other" (somebody else is signed in). */
class Later extends Error {
  constructor(why, seconds = 0) {
    super(why);
    this.why = why;
    this.seconds = seconds;
  }
}

/** This item fails for now, the others may go on. */
class Failing extends Error {}

/** The server said no; `problem` is its problem document. */
class Refused extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/**
 * `{phase, done, all, lastSentAt, nextAt}`. `phase`: "idle" (nothing to send), "sending" (`done` of `all`), or why it
 * waits: "offline", "busy", "signin", "other". `nextAt`: when it tries again by itself.
 */
export function status() {
  return { ...state };
}

export function onStatus(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Send on opening, when the network or the page comes back, and whenever something was queued. */
export function start() {
  onSend(send);
  addEventListener("online", send);
  addEventListener("pageshow", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  return send();
}

/** Send what there is, now. Resolves when this run is over, whatever it reached; never throws. */
export function send() {
  wanted = true;
  running ??= turns().finally(() => (running = null));
  return running;
}

async function turns() {
  while (wanted) {
    wanted = false;
    clearTimeout(timer);
    await navigator.locks.request(LOCK, turn).catch((error) => pause(error));
  }
}

async function turn() {
  const failed = new Set();
  try {
    const me = await ready();
    await sweep();
    tell({ done: 0, all: (await waiting()).length });
    for (let item = await next(failed); item; item = await next(failed)) {
      tell({ phase: "sending", all: Math.max(state.all, state.done + 1) });
      await deliver(item, me, failed);
      tell({ done: state.done + 1 });
    }
  } catch (error) {
    pause(error);
    return;
  }
  if (failed.size) pause(new Later("busy"));
  else rest();
}

/** The answer of the server itself proves that it can be reached, and says who would be sending. */
async function ready() {
  const me = await refresh();
  if (!me.reachable) throw new Later("offline");
  if (!me.signedIn) throw new Later("signin");
  return me;
}

async function waiting() {
  return (await list()).filter((item) => MOVING.includes(item.state));
}

/** The first item that may go: not failed in this run, and what it follows has arrived. */
async function next(failed) {
  const items = await mine();
  const free = (item) => !item.after || item.filedVersion || arrived(items, item.after);
  for (const item of items) if (orphaned(items, item)) await park(item, { title: "gone", status: 0, local: "orphan" });
  return items.find((item) => MOVING.includes(item.state) && !failed.has(item.id) && !orphaned(items, item) && free(item));
}

function arrived(items, id) {
  return items.some((item) => item.id === id && item.state === "confirmed");
}

/** What it was to follow has been discarded. */
function orphaned(items, { after, state: now, version }) {
  return now === "queued" && version === null && after !== null && !items.some((item) => item.id === after);
}

async function deliver(item, me, failed) {
  try {
    await STEPS[item.kind](item, me);
    tries.delete(item.id);
    tell({ lastSentAt: new Date().toISOString() });
  } catch (error) {
    if (error instanceof Refused) await park(item, error.problem);
    else if (error instanceof Failing) failed.add(item.id);
    else if (!(error instanceof NotNow)) throw error; // discarded meanwhile
  }
}

const STEPS = { case: deliverCase, act: deliverAct };

async function deliverCase(item, me) {
  let now = item;
  if (now.state === "queued") now = await file(now, me);
  for (let round = 0; now.state !== "confirmed"; round += 1) {
    if (round === ROUNDS) throw new Failing();
    now = await sendPhotos(now, now.id, me);
    now = await step(now, { state: "photos_sent" });
    now = await readBack(now, now.id, me);
  }
}

async function file(item, me) {
  const { number, version } = await ask(`/api/v1/cases/${item.id}`, { method: "PUT", ...json(item.body) }, me);
  return step(item, { state: "filed", number, filedVersion: version });
}

/** Photos first, then the deed that names them, under the version that was seen. */
async function deliverAct(item, me) {
  let now = await aimed(item);
  if (now.state === "queued") now = await step(await sendPhotos(now, now.caseId, me), { state: "photos_sent" });
  if (now.state === "photos_sent") now = await carryOut(now, me);
  now = await readBack(now, now.caseId, me);
  if (now.state !== "confirmed") await step(now, { state: "queued" });
  if (now.state !== "confirmed") throw new Failing();
}

/** What follows a filing learns the case and its version from it. */
async function aimed(item) {
  if (!item.after || item.version !== null) return item;
  const before = (await mine()).find((each) => each.id === item.after);
  const caseId = before.kind === "case" ? before.id : before.caseId;
  return step(item, { caseId, version: before.filedVersion });
}

async function carryOut(item, me) {
  const headers = { "If-Match": `"${item.version}"` };
  const path = `/api/v1/cases/${item.caseId}/actions`;
  const { number, version } = await ask(path, { method: "POST", ...json(item.body, headers) }, me);
  return step(item, { state: "filed", number, filedVersion: version });
}

async function sendPhotos(item, caseId, me) {
  let now = item;
  for (const photo of item.photos.filter((each) => !each.sent)) {
    await sendPhoto(now, caseId, photo, me);
    now = await change(now.id, (draft) => {
      for (const each of draft.photos) if (each.sha256 === photo.sha256) each.sent = true;
    });
  }
  return now;
}

async function sendPhoto(item, caseId, { sha256, kind, mediaType }, me) {
  const body = await blobOf(item, sha256);
  if (!body) throw new Refused({ status: 0, local: "photo-missing", photo: sha256 });
  const path = `/api/v1/cases/${caseId}/photos/${sha256}?kind=${kind}`;
  const options = { method: "PUT", headers: { "Content-Type": mediaType || "image/jpeg" }, body };
  try {
    await ask(path, options, me, LONGEST_UPLOAD);
  } catch (error) {
    if (error instanceof Refused) Object.assign(error.problem, { photo: sha256 });
    if (error.problem?.status === 413 && tried(item) < TOO_LARGE_TRIES) throw new Failing();
    throw error;
  }
}

function tried({ id }) {
  tries.set(id, (tries.get(id) ?? 0) + 1);
  return tries.get(id);
}

/** Only what the server lists with its hash has arrived; only then does this phone let go of its copy. */
async function readBack(item, caseId, me) {
  const present = await ask(`/api/v1/cases/${caseId}`, {}, me).catch((error) => {
    // a deed may end its doer's right to read; the server's answer to it was the receipt
    if (error.problem?.status === 404 && item.kind === "act" && item.number) return null;
    throw error;
  });
  const listed = new Set(present?.photos.map((photo) => photo.sha256) ?? item.photos.map((photo) => photo.sha256));
  const missing = item.photos.filter((photo) => !listed.has(photo.sha256));
  if (!missing.length) return confirm(item, present);
  return change(item.id, (draft) => {
    draft.state = "filed";
    for (const photo of draft.photos) photo.sent = listed.has(photo.sha256);
  });
}

function confirm(item, present) {
  return change(item.id, (draft) => {
    Object.assign(draft, { state: "confirmed", problem: null });
    if (present) Object.assign(draft, { number: present.number, filedVersion: present.version });
  }, (transaction) => transaction.objectStore("photos").delete(IDBKeyRange.bound([item.id], [item.id, []])));
}

/** Only a step that the kept item can still take: it may have been discarded or sent by another tab. */
function step(item, next) {
  return change(item.id, (draft) => {
    if (!MOVING.includes(draft.state)) throw new NotNow(draft.state);
    Object.assign(draft, next);
  });
}

function park(item, problem) {
  const conflict = item.kind === "act" && [409, 412].includes(problem.status) && !problem.photo;
  return step(item, { state: conflict ? "conflict" : "parked", problem }).catch((error) => {
    if (!(error instanceof NotNow)) throw error;
  });
}

function json(body, headers = {}) {
  return { body, headers: { "Content-Type": "application/json", ...headers } };
}

/** The server's JSON. Throws Later, Failing or Refused. A token that has changed is taken over once. */
async function ask(path, options, me, patience = LONGEST_ASK) {
  for (let again = false; ; again = true) {
    const { status: said, body, own, seconds } = await once(path, options, me, patience);
    if (said < 300) return body;
    if (PASSING.includes(said)) throw new Later("busy", seconds);
    if (said >= 500) throw new Failing();
    const problem = { ...body, status: said };
    if (problem.type?.endsWith("/other-person")) throw new Later("other");
    if (said !== 401 && (said !== 400 || again)) throw refusal(problem, own, options);
    await renewed(me, again);
  }
}

/** Only our server's own words stop an item; what a proxy says passes, unless it will not take a photo. */
function refusal(problem, own, { body }) {
  const photo = problem.status === 413 && typeof body !== "string";
  return photo || (own && problem.status !== 413) ? new Refused(problem) : new Failing();
}

/** An ended session fails the anti-forgery check first (400): whoever is still signed in goes on. */
async function renewed(me, again) {
  const now = again ? null : await ready();
  if (!now) throw new Later("signin");
  if (now.owner !== me.owner) throw new Later("other");
  me.csrf = now.csrf;
}

/** One request. A page that says 200 to everything (a hotel's sign-in) is as good as no connection. */
async function once(path, options, { owner, csrf }, patience) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrf, "Wangge-Owner": owner, ...options.headers };
  const signal = AbortSignal.timeout(patience);
  let answer;
  let body;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options, headers, signal });
    body = await answer.json();
  } catch {
    if (!answer || answer.ok) throw new Later("offline");
  }
  const own = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  return { status: answer.status, body, own, seconds: Number(answer.headers.get("Retry-After")) || 0 };
}

function rest() {
  runs = 0;
  tell({ phase: "idle", nextAt: null });
}

function pause(error) {
  const why = error instanceof Later ? error.why : "busy";
  if (!(error instanceof Later)) console.error(error);
  const wait = backoff(runs, error.seconds);
  runs += 1;
  timer = setTimeout(send, wait);
  timer.unref?.();
  tell({ phase: why, nextAt: new Date(Date.now() + wait).toISOString() });
}

/** Milliseconds until the next try: doubling, with some chance so that phones that lost the same antenna do not
 * return in one beat; never sooner than the server asked for. */
export function backoff(before, seconds = 0, chance = Math.random()) {
  const own = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** before);
  return Math.max((seconds || 0) * 1000, own * (0.75 + chance / 2));
}

function tell(news) {
  Object.assign(state, news);
  channel.postMessage(state);
  for (const listener of listeners) listener();
}

channel.onmessage = ({ data }) => {
  Object.assign(state, data);
  for (const listener of listeners) listener();
};
