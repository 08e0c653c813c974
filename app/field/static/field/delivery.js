// Delivering a draft: the case, then each photo, then reading back what has arrived.
import { Refused, ask } from "wangge/field/http";
import { body } from "wangge/field/draft";

const ROUNDS = 3;

/** The server took every photo, and still does not list them all. */
export class Incomplete extends Error {}

/** A photo that the server refused; the case itself is filed. */
export class PhotoRefused extends Error {
  constructor(n, cause) {
    super(cause.message, { cause });
    this.n = n;
  }
}

/**
 * Deliver a draft and resolve to the case as the server has it, when every photo is there with its hash.
 * `on.filed(case)` at the first receipt, `on.photo(n, all)` before each photo, `on.checking()` before the
 * reading back. Safe to repeat with the same draft. Throws Refused (the case), PhotoRefused or Incomplete.
 */
export async function deliver(draft, on, patience) {
  draft.frozen ??= JSON.stringify(body(draft));
  const path = `/api/v1/cases/${draft.id}`;
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(path, { method: "PUT", headers, body: draft.frozen }, patience).catch((refused) => {
    if (!signedOut(refused)) delete draft.frozen; // not taken: it may still be changed
    throw refused;
  });
  let present = await answer.json();
  on.filed(present);
  for (let round = 0; missing(draft, present).length; round += 1) {
    if (round === ROUNDS) throw new Incomplete();
    await sendPhotos(path, draft, present, on, patience);
    on.checking();
    present = await (await ask(path, {}, patience)).json();
  }
  return present;
}

/** Whether signing in again is all it takes. An ended session fails the anti-forgery check first (400). */
export function signedOut(error) {
  return error instanceof Refused && (error.status === 401 || error.status === 400);
}

/** The draft's photos that the case does not list. */
export function missing(draft, present) {
  const there = new Set(present.photos.map((photo) => photo.sha256));
  return draft.photos.filter((photo) => !there.has(photo.sha256));
}

async function sendPhotos(path, draft, present, on, patience) {
  for (const photo of missing(draft, present)) {
    const n = draft.photos.indexOf(photo) + 1;
    on.photo(n, draft.photos.length);
    await sendPhoto(path, photo, "before", patience).catch((refused) => {
      throw new PhotoRefused(n, refused);
    });
  }
}

/** One photo to a case, in one capacity (before, after, check, other). */
export function sendPhoto(path, photo, kind, patience) {
  const options = { method: "PUT", headers: { "Content-Type": "image/jpeg" }, body: photo.blob };
  return ask(`${path}/photos/${photo.sha256}?kind=${kind}`, options, patience);
}
