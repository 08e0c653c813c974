import assert from "node:assert/strict";
import test from "node:test";

import { IDBObjectStore } from "fake-indexeddb";
import { Server, anotherPhone, drafted, filed, page, photo, signedIn, statesOf } from "./phone.js";

const SECRET = "a boy of seven, alone by the river";

async function everything(store) {
  const db = await store.open();
  const found = await Promise.all([...db.objectStoreNames].map((name) => db.getAll(name)));
  return JSON.stringify(found, (_key, value) => (value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value));
}

/** Somebody else signs in on the same phone, in the same browser. */
async function handOver(server, name) {
  server.signIn(name);
  const app = await page(server);
  await app.session.refresh();
  return app;
}

test("two people on one phone never see each other's drafts; each finds her own again", async () => {
  const { app, server } = await signedIn();
  const hers = await drafted(app, { fields: { description: SECRET } });
  const otto = await handOver(server, "otto");
  assert.deepEqual(await otto.queue.list(), []);
  assert.equal(await otto.queue.get(hers.id), null);
  assert.equal((await otto.queue.counts()).others, 1);
  await assert.rejects(otto.queue.blobOf(hers, hers.photos[0].sha256), { name: "Locked" });
  await otto.queue.discard(hers.id); // not his to throw away
  assert.ok(!(await everything(otto.store)).includes(SECRET));

  const his = await drafted(otto);
  const ines = await handOver(server, "ines");
  assert.deepEqual((await ines.queue.list()).map(({ id }) => id), [hers.id]);
  assert.equal((await ines.queue.get(hers.id)).fields.description, SECRET);
  assert.equal((await ines.queue.counts()).others, 1);
  assert.notEqual(his.id, hers.id);
});

test("what is kept is sealed: words, photos and what was fetched", async () => {
  const { app } = await signedIn();
  const draft = await app.queue.begin("case", { description: SECRET });
  await app.queue.addPhoto(draft, { blob: new Blob([SECRET]), sha256: "5".repeat(64), kind: "before" });
  await app.session.keepSealed("bundle", { duties: [SECRET] });
  assert.ok(!(await everything(app.store)).includes(SECRET));
  assert.deepEqual(await (await app.session.session()).bundle(), { duties: [SECRET] });
});

test("a control: what is written open is found by the same search", async () => {
  const { app } = await signedIn();
  await app.store.keep("open", { description: SECRET });
  assert.ok((await everything(app.store)).includes(SECRET));
});

test("expired is not signed out: reading and writing go on", async () => {
  const { app, server } = await signedIn();
  const draft = await drafted(app);
  server.signOut();
  const later = await page(server);
  await later.session.refresh();
  assert.equal((await later.session.session()).signedIn, false);
  assert.equal((await later.queue.get(draft.id)).photos.length, 2);
  await filed(later, await later.queue.get(draft.id));
  assert.deepEqual(await statesOf(later), ["queued"]);
});

test("signing out takes the key and what was fetched; signing in brings back what was sealed", async () => {
  const { app, server } = await signedIn();
  const draft = await drafted(app, { fields: { description: SECRET } });
  await app.session.keepSealed("bundle", { duties: [1] });
  await app.session.signOut();
  assert.equal(server.user, null);
  assert.deepEqual(await app.queue.list(), []);
  assert.equal((await app.queue.counts()).others, 1);
  assert.equal((await (await app.store.open()).get("keys", "ines")).privateKey, null);
  assert.equal(await (await app.session.session()).bundle(), null);

  const again = await handOver(server, "ines");
  assert.equal((await again.queue.get(draft.id)).fields.description, SECRET);
});

test("signing out without a signal ends the sign-in as soon as the server answers", async () => {
  const { app, server } = await signedIn();
  await drafted(app);
  server.reachable = false;
  await app.session.signOut();
  assert.equal(server.user, "ines");
  server.reachable = true;
  const next = await page(server);
  await next.session.refresh();
  assert.equal(server.user, null);
  assert.deepEqual(await next.queue.list(), []);

  const again = await handOver(server, "ines"); // a new sign-in is not ended
  assert.equal(server.user, "ines");
  assert.equal((await again.queue.list()).length, 1);
});

test("the private key cannot be taken out of the phone", async () => {
  const { app } = await signedIn();
  const { privateKey } = await (await app.store.open()).get("keys", "ines");
  assert.equal(privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", privateKey));
});

test("of two phones that make keys at once the first wins, and both open everything", async () => {
  anotherPhone();
  const server = new Server();
  const first = await page(server);
  await first.session.refresh();
  const draft = await drafted(first);
  const file = await first.queue.exportFile();

  anotherPhone();
  const second = await page(server);
  server.fail(/GET .*keys/, { body: { public: null } }); // it asked before the first had put its own
  await second.session.refresh();
  assert.deepEqual(await second.queue.importFile(file), { taken: 1, known: 0 });
  assert.equal((await second.queue.get(draft.id)).photos.length, 2);
});

test("a file carries the queue to another phone of hers; sent from both, it is one case", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const draft = await filed(app);
  const file = await app.queue.exportFile();
  assert.ok(!(await file.text()).includes("E0102"));

  const old = globalThis.indexedDB;
  anotherPhone();
  server.reachable = true;
  const other = await page(server);
  await other.session.refresh();
  assert.deepEqual(await other.queue.importFile(file), { taken: 1, known: 0 });
  assert.deepEqual(await other.queue.importFile(file), { taken: 0, known: 1 });
  await other.sync.send();
  assert.deepEqual(await statesOf(other), ["confirmed"]);

  globalThis.indexedDB = old;
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
  assert.deepEqual([...server.cases.keys()], [draft.id]);
  assert.equal(server.cases.get(draft.id).photos.length, 2);
});

test("a file of somebody else's, or a damaged one, changes nothing", async () => {
  const { app, server } = await signedIn();
  await drafted(app);
  const text = await (await app.queue.exportFile()).text();
  const otto = await handOver(server, "otto");
  await assert.rejects(otto.queue.importFile(new Blob([text])), { name: "NotMine", reason: "other" });
  const forged = text.replace(/"owner":"ines"/g, '"owner":"otto"').replace(/"id":"[^"]+"/, `"id":"${crypto.randomUUID()}"`);
  await assert.rejects(otto.queue.importFile(new Blob([forged])), { name: "NotMine", reason: "damaged" });
  for (const bad of ["", "nothing of ours", text.slice(0, text.length / 2), text.split("\n").slice(0, 2).join("\n")]) {
    await assert.rejects(app.queue.importFile(new Blob([bad])), { name: "NotMine" });
  }
  assert.deepEqual(await otto.queue.list(), []);
});

test("drafts that version 1 of the app had kept open are sealed and go on", async () => {
  anotherPhone();
  const { openDB } = await import("idb");
  const old = await openDB("wangge-field", 1, { upgrade: (db) => db.createObjectStore("drafts", { keyPath: "id" }) });
  const id = crypto.randomUUID();
  const shot = { sha256: "c".repeat(64), blob: photo(1, 2, 3), at: "2026-11-20T08:00:00Z" };
  await old.put("drafts", { id, owner: "ines", begunAt: "2026-11-20T08:00:00Z", fields: { description: SECRET }, photos: [shot] });
  await old.put("drafts", { id: crypto.randomUUID(), owner: "otto", begunAt: "2026-11-20T09:00:00Z", fields: {}, photos: [] });
  old.close();

  const server = new Server();
  const app = await page(server);
  await app.session.refresh();
  await app.queue.adopt();
  const draft = await app.queue.get(id);
  assert.deepEqual([draft.state, draft.fields.description, draft.photos[0].sha256], ["draft", SECRET, shot.sha256]);
  assert.deepEqual([...new Uint8Array(await (await app.queue.blobOf(draft, shot.sha256)).arrayBuffer())], [1, 2, 3]);
  assert.ok(!(await everything(app.store)).includes(SECRET));
  assert.equal(await (await app.store.open()).count("unsealed"), 1); // otto's waits for him
  await filed(app, draft);
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("a page of an older version says that it must be loaded anew", async () => {
  anotherPhone();
  const { openDB } = await import("idb");
  (await openDB("wangge-field", 99)).close();
  const { store } = await page(new Server());
  await assert.rejects(store.open(), { name: "Outdated" });
});

test("a phone without room keeps all that it kept, and says so", async () => {
  const { app } = await signedIn();
  const draft = await drafted(app);
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function full(value, ...key) {
    if (this.name === "photos") throw new DOMException("no room", "QuotaExceededError");
    return put.call(this, value, ...key);
  };
  try {
    const more = { blob: photo(8), sha256: "8".repeat(64), kind: "before" };
    await assert.rejects(app.queue.addPhoto(draft, more), { name: "StorageFull" });
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  assert.equal((await app.queue.get(draft.id)).photos.length, 2);
  await filed(app, draft);
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("everything is written to the disk before it counts as kept", async () => {
  const { app } = await signedIn();
  const asked = [];
  const db = await app.store.open();
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function watched(stores, mode, options) {
    if (mode === "readwrite") asked.push(options?.durability);
    return transaction.call(this, stores, mode, options);
  };
  try {
    await filed(app);
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  assert.ok(asked.length > 5 && asked.every((durability) => durability === "strict"), String(asked));
  assert.ok(db);
});

test("500 drafts wait, and all arrive once", { timeout: 60_000 }, async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  for (let n = 0; n < 500; n += 1) {
    const draft = await app.queue.begin("case");
    await app.queue.enqueue(draft, { body: { n } });
  }
  server.reachable = true;
  await app.sync.send();
  assert.equal(server.cases.size, 500);
  assert.ok((await statesOf(app)).every((state) => state === "confirmed"));
});
