// Small pictures of the day's cases, kept on the phone for when there is no signal. They go at sign-out:
// session.js deletes the cache of this name.
import { icon, make } from "wangge/field/dom";

const ALONGSIDE = 4; // requests at a time: the duties themselves matter more

/** Keep the thumbnails that the entries want kept, forget all others. What cannot be fetched is left for next time. */
export async function keepThumbs(owner, entries) {
  if (!globalThis.caches || !owner) return;
  const cache = await caches.open(nameOf(owner));
  const wanted = new Set(entries.flatMap(({ photos }) => photos ?? []).filter((photo) => photo.keep).map((photo) => photo.thumb));
  for (const { url } of await cache.keys()) {
    const path = pathOf(url);
    if (!wanted.delete(path)) await cache.delete(path);
  }
  const missing = [...wanted];
  await Promise.all(Array.from({ length: ALONGSIDE }, () => fetchInto(cache, missing)));
}

async function fetchInto(cache, missing) {
  for (let path = missing.shift(); path; path = missing.shift()) {
    const answer = await fetch(path, { credentials: "same-origin" }).catch(() => null);
    const picture = answer?.ok ? await answer.blob().catch(() => null) : null;
    if (picture) await cache.put(path, new Response(picture)); // in one piece: a page may be closed at any time
  }
}

/** A thumbnail as an element; a sign in its place when there is none, or none without a signal. */
export function thumb(owner, photo, { reachable = true, alt = "", sign = "image" } = {}) {
  if (!photo) return make("span", { class: "thumb none" }, icon(sign));
  const image = make("img", { class: "thumb", alt, width: 64, height: 64 });
  addressOf(owner, photo.thumb).then((kept) => {
    if (kept || reachable !== false) image.src = kept ?? photo.thumb;
    else image.replaceWith(make("span", { class: "thumb none", role: alt ? "img" : null, "aria-label": alt || null }, icon(sign)));
  });
  return image;
}

const shown = new Map();

/** A blob address of what is kept, or null. */
async function addressOf(owner, path) {
  if (shown.has(path)) return shown.get(path);
  const cache = globalThis.caches && owner ? await caches.open(nameOf(owner)) : null;
  const kept = await cache?.match(path);
  if (!kept) return null;
  const address = URL.createObjectURL(await kept.blob());
  shown.set(path, address);
  return address;
}

function nameOf(owner) {
  return `wangge-person-${owner}`;
}

function pathOf(url) {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
