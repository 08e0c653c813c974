// Pictures from the camera: place and time read from the file, the rest made ready away from the page.
import { readExif } from "wangge/field/exif";

const waiting = new Map();
let worker = null;
let serial = 0;

/** A file that is no photo for us; `code` is empty, video, noImage, large, heavy or unreadable. */
export class Unusable extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * `{sha256, blob, mediaType, url, at, meta: {exif}}` of a picture file. `url` shows it until `forget`; `at` is
 * now, `meta.exif` what the camera wrote into the file. `most`: bytes of a picture that goes as it is.
 */
export async function prepare(file, most) {
  const at = new Date().toISOString();
  const [exif, made] = await Promise.all([readExif(file), away(file, most)]);
  return { ...made, url: URL.createObjectURL(made.blob), at, meta: { exif } };
}

export function forget(photo) {
  URL.revokeObjectURL(photo.url);
}

/** The SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One worker for the page, one picture after the other: two decoded at once are more than a phone holds. */
function away(file, most) {
  worker ??= open();
  serial += 1;
  return new Promise((resolve, reject) => {
    waiting.set(serial, { resolve, reject });
    worker.postMessage({ id: serial, file, most });
  });
}

function open() {
  const made = new Worker(import.meta.resolve("wangge/field/photo-worker"));
  made.addEventListener("message", ({ data: { id, trouble, ...photo } }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (trouble) reject?.(new Unusable(trouble));
    else resolve?.(photo);
  });
  made.addEventListener("error", lost);
  return made;
}

/** A picture too large for the phone may take the worker with it; the next one gets a new worker. */
function lost() {
  worker?.terminate();
  worker = null;
  for (const { reject } of waiting.values()) reject(new Unusable("large"));
  waiting.clear();
}

worker = open(); // fetched with the page: the signal may be gone by the first photo
