// The service worker: pages and scripts of one version of the app, kept whole, so that it opens without a signal.
// The server puts `APP` before this text: {version, pages: {url: SHA-256}, languages: [code], files: [url], later: [url]}.
// It touches nothing that is sent (no request body ever passes here), and keeps no answer with anybody's data.
/* global APP */
const CACHE = `wangge-app-${APP.version}`;
const CHOICE = "wangge-choice";
const LANGUAGE = "/field/language";
const PATIENCE = 8000; // until a page that only the server makes counts as out of reach
const CASE = /^\/field\/cases\/([0-9a-f-]{36})$/;

self.addEventListener("install", (event) => event.waitUntil(precache()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => event.waitUntil(heard(event.data)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && !url.pathname.startsWith("/field/")) return; // the desk's pages are not ours
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request, url));
});

/** All of it or nothing: a version that is not whole never becomes the present one. */
async function precache() {
  const cache = await caches.open(CACHE);
  const files = APP.files.map((url) => new Request(url, { cache: url.includes("?v=") ? "default" : "reload" }));
  await Promise.all([cache.addAll(files), ...Object.entries(APP.pages).map(([url, sha256]) => keepPage(cache, url, sha256))]);
}

/** While a server is being updated, it may give out pages of two versions: only those of this one are taken. */
async function keepPage(cache, url, sha256) {
  const answer = await fetch(url, { cache: "reload" });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) throw new Error(`${url} is of another version`);
  await cache.put(url, answer);
}

/** The first version serves the pages that are open; a later one has waited until it was asked in. */
async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("wangge-app-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** "take over": the page has seen to it that nothing is being sent. "later": fetch what the map needs. */
async function heard(data) {
  if (data === "take over") await self.skipWaiting();
  if (data === "later") await keepLater();
}

async function keepLater() {
  const cache = await caches.open(CACHE);
  for (const url of APP.later) {
    if (!(await cache.match(url))) await cache.add(url).catch(() => null); // asked again at the next start
  }
}

async function page(request, url) {
  const found = await kept(`${url.pathname}?lang=${await language(url)}`);
  if (found) return found;
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return Response.redirect(withoutServer(url.pathname));
  }
}

/** A case opens from what the phone keeps; any other page of the server leads to the day's. */
function withoutServer(path) {
  const [, id] = CASE.exec(path) ?? [];
  return id ? `/field/case#${id}` : "/field/";
}

/** The language that was chosen last; null before any page has said so. */
async function language(url) {
  const chosen = url.searchParams.get("lang") ?? (await (await kept(LANGUAGE, CHOICE))?.text());
  return APP.languages.includes(chosen) ? chosen : null;
}

async function file(request, url) {
  const found = await kept(request);
  if (found) return found;
  const fetched = await fetch(request);
  if (fetched.ok && APP.later.includes(url.pathname + url.search)) await (await caches.open(CACHE)).put(request, fetched.clone());
  return fetched;
}

/** How a file was packed on its way makes no other file of it. */
async function kept(request, name = CACHE) {
  return (await caches.open(name)).match(request, { ignoreVary: true });
}
