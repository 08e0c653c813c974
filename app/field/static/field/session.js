// Who uses this phone, what the server said about them last, and what was fetched for them.
import { coalesced } from "wangge/field/coalesced";
import { ensureKeys, lock, sealJson, unlocked, unsealJson } from "wangge/field/seal";
import { keep, kept, write } from "wangge/field/store";

const PING = 10_000;
const LONGEST_ASK = 60_000;
const NOBODY = { owner: null, name: "", nameEn: "", postings: "", session: null, leaving: null };
const channel = new BroadcastChannel("wangge-session");
channel.unref?.();
const listeners = new Set();
const known = { device: null, skew: null, reachable: null, signedIn: null, inspector: true, csrf: null, language: null, asked: false };
let asking = null;
let ahead = null; // `{owner, answer}`: a bundle that was asked for before there was a key to seal it with
let opened = { tag: null, value: null };

/**
 * `{owner, name, postings, signedIn, reachable, inspector, csrf, language, asked, english, skew, bundle()}`.
 * `owner` is whose drafts this phone shows: it stays when the sign-in expires and goes at sign-out.
 * `signedIn` and `reachable` are null until the server has been asked (`refresh`).
 * `skew`: milliseconds that the server's clock is ahead of this phone's, as measured last.
 * `bundle()` is what was fetched last (see /field/bundle.json), or null; `asked`: whether this page has tried to
 * fetch it, with or without success.
 */
export async function session() {
  const { owner, name, nameEn, postings } = await device();
  const english = globalThis.document?.documentElement.lang === "en";
  const { reachable, signedIn, inspector, csrf, language, asked } = known;
  const shown = (english && nameEn) || name;
  known.skew ??= (await kept("skew")) ?? 0;
  const said = { reachable, signedIn, inspector, csrf, language, asked, english, skew: known.skew };
  return { owner, name: shown, postings, ...said, bundle };
}

/** Ask the server who is signed in. Never throws: without an answer the phone goes on as it is. */
export function refresh() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

/** `listener()` after each change of the session or the bundle, also by another tab. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function ask() {
  const said = await fetchedSession();
  known.reachable = said !== null;
  if (said) await take(said);
  changed();
  return session();
}

async function fetchedSession() {
  try {
    const options = { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PING) };
    const asked = Date.now();
    const answer = await fetch("/field/session.json", options);
    const said = answer.ok ? await answer.json() : null;
    if (said) await measure(Date.parse(said.at) - (asked + Date.now()) / 2);
    return said;
  } catch {
    return null;
  }
}

/** A second or two may be the way of the answer; more is the phone's clock. */
async function measure(skew) {
  known.skew ??= (await kept("skew")) ?? 0;
  if (Math.abs(skew - known.skew) < 2000) return;
  known.skew = Math.round(skew);
  await keep("skew", known.skew);
}

async function take(said) {
  const { leaving } = await device();
  if (leaving && leaving === said.session) {
    await endOnServer(said.csrf);
    return take({ signed_in: false, csrf: null, language: said.language });
  }
  known.signedIn = said.signed_in && said.inspector;
  known.inspector = said.signed_in ? said.inspector : true;
  known.csrf = said.csrf;
  known.language = said.language;
  if (said.signed_in) await welcome(said);
}

/** Somebody else's private key does not stay on the phone of who is signed in now. */
async function welcome(said) {
  const before = await device();
  const other = before.owner && before.owner !== said.owner;
  if (other) await shut(before.owner);
  if (!said.inspector) {
    if (other) await remember({ ...NOBODY });
    return;
  }
  const { owner, name, name_en: nameEn, postings, session: id } = said;
  await remember({ owner, name, nameEn: nameEn ?? "", postings, session: id, leaving: null });
  if (!(await unlocked(owner))) fetchAhead(owner);
  await ensureKeys(said).catch((error) => {
    ahead = null;
    console.warn(error); // tried again at the next refresh
  });
}

/** While the keys are fetched or made, what they will seal is on its way. */
function fetchAhead(owner) {
  const answer = askBundle(owner);
  answer.catch(() => {}); // whoever waits for it is told
  ahead = { owner, answer };
}

async function device() {
  known.device ??= { ...NOBODY, ...(await kept("device")) };
  return known.device;
}

async function remember(next) {
  if (JSON.stringify(next) === JSON.stringify(await device())) return;
  await keep("device", next);
  known.device = next;
}

async function bundle() {
  return keptSealed("bundle");
}

/** Fetch anew what the phone needs offline, and keep it; when the server is away what was kept stays. */
export const refreshBundle = coalesced(async () => {
  await fetchBundle();
  if (known.asked) return;
  known.asked = true;
  tell();
});

async function fetchBundle() {
  const { owner } = await device();
  if (!owner || !known.signedIn || !(await unlocked(owner))) return;
  const asked = ahead?.owner === owner ? ahead.answer : askBundle(owner);
  ahead = null;
  try {
    const { answer, tag } = await asked;
    const before = answer.status === 304 && (await bundle());
    if (answer.ok) await takeBundle(owner, await answer.json(), answer.headers.get("ETag"));
    else if (before) await takeBundle(owner, { ...before, at: new Date(Date.now() + known.skew).toISOString() }, tag);
  } catch (error) {
    console.warn(error); // what was kept is still good
  }
}

/** The server's answer, and the tag of what is kept already. */
async function askBundle(owner) {
  const tag = await kept(`tag:${owner}`);
  const headers = { Accept: "application/json", ...(tag && { "If-None-Match": tag }) };
  const answer = await fetch("/field/bundle.json", { headers, cache: "no-store", signal: AbortSignal.timeout(LONGEST_ASK) });
  return { answer, tag };
}

async function takeBundle(owner, found, tag) {
  if (found.owner !== owner) return;
  await keepSealed("bundle", found);
  if (tag) await keep(`tag:${owner}`, tag);
  changed();
}

/** Keep something of the present person's under a name, sealed, until sign-out. */
export async function keepSealed(name, value) {
  const { owner } = await device();
  const sealed = await sealJson(owner, value);
  await keep(`${name}:${owner}`, sealed);
  opened = { tag: null, value: null };
}

/** What `keepSealed` kept, or null: nothing kept, or its owner has signed out. */
export async function keptSealed(name) {
  const { owner } = await device();
  const sealed = owner && (await kept(`${name}:${owner}`));
  if (!sealed || !(await unlocked(owner))) return null;
  const tag = `${name}:${owner}:${sealed.iv}`;
  if (opened.tag !== tag) opened = { tag, value: await unsealJson(owner, sealed) };
  return opened.value;
}

/**
 * End the sign-in on this phone: the private key goes, drafts stay sealed. Without a signal the server
 * is told as soon as it answers again.
 */
export async function signOut() {
  const { session: id } = await device();
  await forget(id);
  const told = Boolean(known.csrf) && (await endOnServer(known.csrf));
  Object.assign(known, { signedIn: false, csrf: null, reachable: told });
  changed();
}

/** The same on this phone alone. `leaving`: the sign-in that the server must still be told to end. */
export async function forget(leaving = null) {
  const { owner } = await device();
  if (owner) await shut(owner);
  await remember({ ...NOBODY, leaving });
}

/** Whether the server knows now. */
async function endOnServer(csrf) {
  try {
    const options = { method: "POST", headers: { "X-CSRFToken": csrf }, redirect: "manual", signal: AbortSignal.timeout(PING) };
    const answer = await fetch("/sign-out", options);
    if (answer.type !== "opaqueredirect" && !answer.ok) return false;
    await remember({ ...NOBODY });
    return true;
  } catch {
    return false; // no signal: `leaving` says so, and the next answer of the server ends it
  }
}

/** Lock what is sealed, and forget what was fetched. */
async function shut(owner) {
  await lock(owner);
  opened = { tag: null, value: null };
  await write(["kept"], async (transaction) => {
    const store = transaction.objectStore("kept");
    for (const name of await store.getAllKeys()) if (name.endsWith(`:${owner}`)) await store.delete(name);
  });
  await globalThis.caches?.delete(`wangge-person-${owner}`);
}

function changed() {
  channel.postMessage("changed");
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

channel.onmessage = () => {
  known.device = null;
  tell();
};
