// Filings and acts on their way: kept on this phone from the first tap until the server has every byte.
import { seal, sealJson, unseal, unsealJson } from "wangge/field/seal";
import { session } from "wangge/field/session";
import { open, write } from "wangge/field/store";

export { exportFile, importFile } from "wangge/field/carry";

const LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"; // none that are taken for each other
const LISTED_FOR = 7 * 24 * 3600 * 1000;
const OPEN_PARTS = ["id", "owner", "kind", "state", "begunAt", "changedAt", "queuedAt", "revision"];
/** States of an item that the sender works on; the others wait for a person, or are over. */
export const MOVING = ["queued", "filed", "photos_sent"];
export const HELD = ["parked", "conflict"];

const channel = new BroadcastChannel("wangge-queue");
channel.unref?.();
const listeners = new Set();
const senders = new Set();
const seen = new Map(); // id → the opened draft, as long as its revision is the same

/** What was asked cannot be done to an item in its present state. */
export class NotNow extends Error {
  constructor(state) {
    super(`not while ${state}`);
    this.name = "NotNow";
    this.state = state;
  }
}

/**
 * A new draft of the person whose phone this is, kept when this resolves. `fields` is what the page wants to
 * find again; `fields.title` is what lists call it. Throws StorageFull; Locked before the first sign-in here.
 */
export async function begin(kind, fields = {}) {
  const { owner } = await session();
  const at = new Date().toISOString();
  const draft = { id: crypto.randomUUID(), owner, kind, state: "draft", begunAt: at, changedAt: at, queuedAt: null,
    revision: 1, receipt: newReceipt(), fields, photos: [], body: null, caseId: null, version: null, after: null,
    number: null, filedVersion: null, problem: null };
  const record = await closed(draft);
  await write(["drafts"], (transaction) => transaction.objectStore("drafts").add(record));
  remember(draft);
  changed();
  return structuredClone(draft);
}

/** Keep `draft.fields`. Throws NotNow when it is no draft any more, StorageFull. */
export async function keep(draft) {
  const fields = structuredClone(draft.fields);
  return onto(draft, await change(draft.id, (present) => {
    mustBe(present, "draft");
    present.fields = fields;
  }));
}

/** Keep a photo's (or voice note's) bytes with a draft. The same bytes are kept once. Throws StorageFull. */
export async function addPhoto(draft, { blob, sha256, kind, mediaType = blob.type, at = new Date().toISOString(), meta = {} }) {
  const sealed = await seal(draft.owner, await blob.arrayBuffer());
  const photo = { sha256, kind, mediaType, bytes: blob.size, at, meta, sent: false };
  const next = await change(draft.id, (present) => {
    mustBe(present, "draft");
    present.photos = [...present.photos.filter((each) => each.sha256 !== sha256), photo];
  }, (transaction) => transaction.objectStore("photos").put({ draft: draft.id, sha256, owner: draft.owner, sealed }));
  return onto(draft, next);
}

export async function dropPhoto(draft, sha256) {
  const next = await change(draft.id, (present) => {
    mustBe(present, "draft");
    present.photos = present.photos.filter((each) => each.sha256 !== sha256);
  }, (transaction) => transaction.objectStore("photos").delete([draft.id, sha256]));
  return onto(draft, next);
}

/** The bytes of a photo as a Blob; null when they are no longer on this phone. Throws Locked. */
export async function blobOf(draft, sha256) {
  const record = await (await open()).get("photos", [draft.id, sha256]);
  if (!record) return null;
  const { mediaType } = draft.photos.find((photo) => photo.sha256 === sha256) ?? {};
  return new Blob([await unseal(record.owner, record.sealed)], { type: mediaType });
}

/**
 * Freeze what will be sent; it is on the phone's disk when this resolves to the receipt.
 * A "case" needs `body`; an "act" also `caseId` and the `version` she saw, or `after`: the id of the item that
 * it follows, whose case and version it then takes. An item waits until the one that it follows has arrived.
 */
export async function enqueue(draft, { body, caseId = null, version = null, after = null }) {
  const frozen = JSON.stringify(body);
  const fields = structuredClone(draft.fields);
  const next = await change(draft.id, (present) => {
    mustBe(present, "draft");
    const queuedAt = new Date().toISOString();
    Object.assign(present, { state: "queued", queuedAt, fields, body: frozen, caseId, version, after, problem: null });
  });
  onto(draft, next);
  sendNow();
  return next.receipt;
}

/**
 * Take back what the server refused, to be mended: a draft again. A filing whose id is taken (409) gets a new
 * one. Resolves to the draft. Throws NotNow for what waits, is under way, or has been filed (see `retry`).
 */
export async function mend(id) {
  const present = await get(id);
  const taken = present?.kind === "case" && present.state === "parked" && present.problem?.status === 409 && !present.number;
  return change(taken ? await renumbered(present) : id, (draft) => {
    mustBe(draft, ...HELD);
    if (draft.number) throw new NotNow(draft.state);
    Object.assign(draft, { state: "draft", queuedAt: null, body: null, problem: null });
  });
}

/** Send once more what was refused, as it is; `without` leaves out one photo that the server will not take. */
export async function retry(id, { without = null } = {}) {
  await change(id, (draft) => {
    mustBe(draft, ...HELD);
    draft.photos = draft.photos.filter((photo) => photo.sha256 !== without);
    Object.assign(draft, { state: draft.number ? "filed" : "queued", problem: null });
  }, (transaction) => transaction.objectStore("photos").delete([id, without ?? ""]));
  sendNow();
}

/** Remove an item and its photos from this phone. What the server has, it keeps. */
export async function discard(id) {
  const { owner } = await session();
  await write(["drafts", "photos"], async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    if ((await drafts.get(id))?.owner !== owner) return;
    await drafts.delete(id);
    await transaction.objectStore("photos").delete(IDBKeyRange.bound([id], [id, []]));
  });
  seen.delete(id);
  changed();
}

/** One of my items in full, or null. Throws Locked. */
export async function get(id) {
  const { owner } = await session();
  const record = owner && (await (await open()).get("drafts", id));
  return record && record.owner === owner ? structuredClone(await opened(record)) : null;
}

/** My items, oldest first, for lists and for the sender. Nothing while my private key is not here. */
export async function list() {
  return (await mine()).map(line);
}

/**
 * `{draft, waiting, attention, sent, photos, others, locked, oldest}`: numbers of items, and of photos not sent
 * yet; `others`: sealed items of somebody else on this phone; `locked`: mine that cannot be opened now;
 * `oldest`: when the oldest unsent one was queued; `lastSentAt`: when the last one had arrived.
 */
export async function counts() {
  const { owner } = await session();
  const records = await (await open()).getAll("drafts");
  const items = await list();
  const moving = items.filter((item) => MOVING.includes(item.state));
  const unsent = items.filter((item) => [...MOVING, ...HELD].includes(item.state));
  return {
    draft: items.filter((item) => item.state === "draft").length,
    waiting: moving.length,
    attention: unsent.length - moving.length,
    sent: items.filter((item) => item.state === "confirmed").length,
    photos: moving.reduce((sum, item) => sum + item.photosAll - item.photosSent, 0),
    others: records.filter((record) => record.owner !== owner && record.state !== "confirmed").length,
    locked: records.filter((record) => record.owner === owner).length - items.length,
    oldest: unsent.map((item) => item.queuedAt).sort()[0] ?? null,
    lastSentAt: items.filter((item) => item.state === "confirmed").map((item) => item.changedAt).sort().at(-1) ?? null,
  };
}

/** Of `counts()`: what would stay behind on this phone. */
export function unsentIn({ draft, waiting, attention }) {
  return draft + waiting + attention;
}

/** `listener()` after each change, also by another tab. Returns what ends it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ask the sender to try at once. */
export function sendNow() {
  for (const send of senders) send();
}

/** The sender registers here; it is asked whenever there is something new to send. */
export function onSend(send) {
  senders.add(send);
  return () => senders.delete(send);
}

/**
 * Change one item: `edit(draft)` alters a copy, `beside(transaction)` writes to `photos` in the same breath.
 * Both may run again when another tab was faster. Resolves to the item as kept. For the sender and this module.
 */
export async function change(id, edit, beside = () => {}) {
  for (;;) {
    const record = await (await open()).get("drafts", id);
    if (!record) throw new NotNow("discarded");
    const draft = structuredClone(await opened(record));
    edit(draft);
    draft.changedAt = new Date().toISOString();
    draft.revision = record.revision + 1;
    const next = await closed(draft);
    if (await swapped(record, next, beside)) {
      remember(draft);
      changed();
      return structuredClone(draft);
    }
  }
}

function swapped(record, next, beside) {
  return write(["drafts", "photos"], async (transaction) => {
    const drafts = transaction.objectStore("drafts");
    const present = await drafts.get(record.id);
    if (!present || present.revision !== record.revision) return false;
    await drafts.put(next);
    await beside(transaction);
    return true;
  });
}

/** The server knows this id for something else: the item goes on under a new one, and so does what follows it. */
async function renumbered(present) {
  const id = crypto.randomUUID();
  const followers = (await mine()).filter((draft) => draft.after === present.id);
  const next = await closed({ ...present, id, revision: present.revision + 1 });
  await write(["drafts", "photos"], async (transaction) => {
    const [drafts, photos] = [transaction.objectStore("drafts"), transaction.objectStore("photos")];
    await drafts.delete(present.id);
    await drafts.add(next);
    for (const photo of await photos.getAll(IDBKeyRange.bound([present.id], [present.id, []]))) {
      await photos.delete([present.id, photo.sha256]);
      await photos.put({ ...photo, draft: id });
    }
  });
  for (const follower of followers) await change(follower.id, (draft) => Object.assign(draft, { after: id }));
  seen.delete(present.id);
  return id;
}

/** Lines of what has arrived go after a week. */
export async function sweep(now = Date.now()) {
  const over = (await mine()).filter((draft) => draft.state === "confirmed" && now - Date.parse(draft.changedAt) > LISTED_FOR);
  for (const { id } of over) await discard(id);
}

/** Seal what version 1 of the app had kept open, as soon as its owner is here. */
export async function adopt() {
  const { owner } = await session();
  const old = owner ? await (await open()).getAll("unsealed") : [];
  for (const found of old.filter((draft) => (draft.owner ?? owner) === owner)) await adoptOne(owner, found);
}

async function adoptOne(owner, { id, begunAt, fields, photos = [] }) {
  const kept = [];
  const sealed = [];
  for (const { sha256, blob, bytes, kind = "before", at = begunAt } of photos) {
    const content = bytes ?? (await blob.arrayBuffer());
    kept.push({ sha256, kind, mediaType: "image/jpeg", bytes: content.byteLength, at, meta: {}, sent: false });
    sealed.push({ draft: id, sha256, owner, sealed: await seal(owner, content) });
  }
  const record = await closed({ id, owner, kind: "case", state: "draft", begunAt, changedAt: begunAt, queuedAt: null,
    revision: 1, receipt: newReceipt(), fields, photos: kept, body: null, caseId: null, version: null, after: null,
    number: null, filedVersion: null, problem: null });
  await write(["unsealed", "drafts", "photos"], async (transaction) => {
    await transaction.objectStore("drafts").put(record);
    for (const photo of sealed) await transaction.objectStore("photos").put(photo);
    await transaction.objectStore("unsealed").delete(id);
  });
  changed();
}

/** My drafts in full, oldest first; those that cannot be opened here are left out. */
export async function mine() {
  const { owner } = await session();
  if (!owner) return [];
  const records = await (await open()).getAllFromIndex("drafts", "owner", owner);
  const drafts = await Promise.all(records.map((record) => opened(record).catch(() => null)));
  return drafts.filter(Boolean).sort((a, b) => (a.queuedAt ?? a.begunAt).localeCompare(b.queuedAt ?? b.begunAt));
}

function line(draft) {
  const { id, kind, state, receipt, number, problem, begunAt, queuedAt, changedAt, caseId, version, after, photos, fields } = draft;
  return { id, kind, state, receipt, number, problem, begunAt, queuedAt, changedAt, version, after,
    caseId: kind === "case" ? id : (caseId ?? fields.caseId ?? null), title: fields.title ?? "", fields,
    action: kind === "act" ? (draft.body ? JSON.parse(draft.body) : fields).action ?? null : null,
    photosSent: photos.filter((photo) => photo.sent).length, photosAll: photos.length };
}

async function opened(record) {
  const known = seen.get(record.id);
  if (known?.revision === record.revision) return known;
  const draft = { ...record, ...(await unsealJson(record.owner, record.sealed)) };
  delete draft.sealed;
  remember(draft);
  return draft;
}

function remember(draft) {
  seen.set(draft.id, structuredClone(draft));
}

/** The record of a draft: what it says is sealed, what the queue must know of everybody's is not. */
async function closed(draft) {
  const record = Object.fromEntries(OPEN_PARTS.map((name) => [name, draft[name]]));
  const rest = Object.fromEntries(Object.entries(draft).filter(([name]) => !OPEN_PARTS.includes(name)));
  return { ...record, sealed: await sealJson(draft.owner, rest) };
}

function mustBe(draft, ...states) {
  if (!states.includes(draft.state)) throw new NotNow(draft.state);
}

/** The page's draft learns what was kept; its fields stay the page's, which may have gone on meanwhile. */
function onto(draft, { fields: _fields, ...next }) {
  return Object.assign(draft, next);
}

function newReceipt() {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}

function changed() {
  channel.postMessage("changed");
  for (const listener of listeners) listener();
}

channel.onmessage = () => {
  for (const listener of listeners) listener();
};
