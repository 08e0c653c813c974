// The phone's own database: drafts and photos (sealed), what was fetched last, and keys.
import { openDB } from "idb";

export const NAME = "wangge-field";
export const VERSION = 2;

/** The phone has no room left. Nothing of what was asked has been kept; all that was kept before still is. */
export class StorageFull extends Error {
  constructor(cause) {
    super("the phone has no room left", { cause });
    this.name = "StorageFull";
  }
}

/** A newer version of the app has been here; this page must be loaded anew. */
export class Outdated extends Error {
  constructor(cause) {
    super("a newer version of the app keeps its data here", { cause });
    this.name = "Outdated";
  }
}

let opening = null;

/**
 * The database. Stores: `drafts` by id `{id, owner, kind, state, begunAt, changedAt, queuedAt, revision, sealed}`,
 * `photos` by [draft, sha256] `{draft, sha256, owner, sealed}`, `keys` by owner, `kept` by name, and `unsealed`:
 * drafts of version 1, until their owner is here to seal them. Throws Outdated.
 */
export function open() {
  opening ??= openDB(NAME, VERSION, { upgrade, blocking: close, terminated: forget }).catch((error) => {
    forget();
    throw error.name === "VersionError" ? new Outdated(error) : error;
  });
  return opening;
}

/** Let go of the database, as another page that brings a newer version needs it. */
export async function close() {
  const closing = opening;
  forget();
  (await closing)?.close();
}

function forget() {
  opening = null;
}

/** Version 1 kept drafts as they were written, with their photos inside; nothing of them may get lost. */
function upgrade(db, from, _to, transaction) {
  if (from === 1) transaction.objectStore("drafts").name = "unsealed";
  else db.createObjectStore("unsealed", { keyPath: "id" });
  db.createObjectStore("drafts", { keyPath: "id" }).createIndex("owner", "owner");
  db.createObjectStore("photos", { keyPath: ["draft", "sha256"] });
  db.createObjectStore("keys", { keyPath: "owner" });
  db.createObjectStore("kept");
}

/**
 * `work(transaction)` may await nothing but the database. All of it is kept or nothing, and it is on the
 * disk when this resolves. Throws StorageFull.
 */
export async function write(stores, work) {
  const db = await open();
  const transaction = db.transaction(stores, "readwrite", { durability: "strict" });
  const done = transaction.done.then(() => null, (error) => error);
  let failure = null;
  let result;
  try {
    result = await work(transaction);
  } catch (error) {
    failure = error;
    abort(transaction);
  }
  const cause = full(failure) ? failure : ((await done) ?? failure);
  if (full(cause)) throw new StorageFull(cause);
  if (failure ?? cause) throw failure ?? cause;
  return result;
}

function full(error) {
  return error?.name === "QuotaExceededError";
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // it has ended already
  }
}

export async function kept(name) {
  return (await open()).get("kept", name);
}

export function keep(name, value) {
  return write(["kept"], (transaction) => transaction.objectStore("kept").put(value, name));
}
