import assert from "node:assert/strict";
import test from "node:test";

import { drafted, filed, kill, page, photo, refusal, signedIn, statesOf } from "./phone.js";

test("a draft is on the phone from the first tap, and a photo's bytes with it", async () => {
  const { app, server } = await signedIn();
  const draft = await app.queue.begin("case", { category: "E0102" });
  await app.queue.addPhoto(draft, { blob: photo(1, 2, 3), sha256: "a".repeat(64), kind: "before" });
  draft.fields.description = "rubbish";
  await app.queue.keep(draft);

  server.reachable = false;
  const again = await page(server);
  const kept = await again.queue.get(draft.id);
  assert.equal(kept.fields.description, "rubbish");
  const blob = await again.queue.blobOf(kept, "a".repeat(64));
  assert.deepEqual([...new Uint8Array(await blob.arrayBuffer())], [1, 2, 3]);
  assert.equal(blob.type, "image/jpeg");
});

test("what is queued arrives whole, and only then its photos leave the phone", async () => {
  const { app, server } = await signedIn();
  const draft = await filed(app);
  const [item] = await app.queue.list();
  assert.deepEqual([item.state, item.number, item.photosSent], ["confirmed", "N-1", 2]);
  assert.equal(server.cases.get(draft.id).photos.length, 2);
  assert.equal(await (await app.store.open()).count("photos"), 0);
  assert.match(server.log.at(-1), /^GET/); // the reading back came last
});

test("photos stay as long as the read-back does not list them", async () => {
  const { app, server } = await signedIn();
  server.photographed = async () => (await server.fetch("/field/session.json")); // says yes, keeps nothing
  await filed(app);
  assert.deepEqual(await statesOf(app), ["filed"]);
  assert.equal(await (await app.store.open()).count("photos"), 2);
});

test("an answer cut after commit files once", async () => {
  const { app, server } = await signedIn();
  server.fail(/^PUT .*cases\/[^/]+$/, "cut", 2);
  server.fail(/photos/, "cut", 3);
  await filed(app);
  for (let n = 0; n < 6; n += 1) await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
  assert.equal(server.cases.size, 1);
  assert.equal([...server.cases.values()][0].photos.length, 2);
});

test("killed at any request, the next page goes on where it stopped", async () => {
  for (let before = 0; before < 6; before += 1) {
    const { app, server } = await signedIn();
    const draft = await drafted(app);
    let left = before;
    const through = server.fetch.bind(server);
    server.fetch = (path, options) => (path.startsWith("/api/") && left-- <= 0 ? new Promise(() => {}) : through(path, options));
    await app.queue.enqueue(draft, { body: { said: draft.id } });
    app.sync.send();
    await new Promise((resolve) => setTimeout(resolve, 30)); // the page hangs in its request, and is killed
    server.fetch = through;
    kill();
    const next = await page(server);
    await next.sync.send();
    assert.deepEqual(await statesOf(next), ["confirmed"], `killed after ${before} requests`);
    assert.equal(server.cases.size, 1);
    assert.equal(server.cases.get(draft.id).photos.length, 2);
  }
});

test("a refusal parks with the server's words; mended, it goes", async () => {
  const { app, server } = await signedIn();
  server.fail(/^PUT .*cases/, refusal(422, "unknown category", { errors: { category: ["retired"] } }));
  const draft = await filed(app);
  const [item] = await app.queue.list();
  assert.deepEqual([item.state, item.problem.detail, item.problem.errors.category], ["parked", "unknown category", ["retired"]]);
  const mended = await app.queue.mend(draft.id);
  assert.deepEqual([mended.id, mended.state, mended.photos.length], [draft.id, "draft", 2]);
  await filed(app, mended);
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("what is queued is frozen", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const draft = await filed(app);
  await assert.rejects(app.queue.keep(draft), { name: "NotNow" });
  await assert.rejects(app.queue.addPhoto(draft, { blob: photo(9), sha256: "9".repeat(64), kind: "before" }), { name: "NotNow" });
  await assert.rejects(app.queue.mend(draft.id), { name: "NotNow" });
});

test("an id that is taken gets a new one, and what follows it follows", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const draft = await filed(app);
  const act = await app.queue.begin("act");
  await app.queue.enqueue(act, { body: { id: act.id, action: "close_on_spot" }, after: draft.id });
  server.reachable = true;
  server.cases.set(draft.id, { id: draft.id, body: "somebody else's", photos: [] });
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["parked", "queued"]);

  const mended = await app.queue.mend(draft.id);
  assert.notEqual(mended.id, draft.id);
  assert.equal(await app.queue.get(draft.id), null);
  assert.notEqual(await app.queue.blobOf(mended, mended.photos[0].sha256), null);
  await filed(app, mended);
  assert.deepEqual(await statesOf(app), ["confirmed", "confirmed"]);
  assert.equal(server.acts.size, 1);
  assert.equal(server.cases.get(draft.id).body, "somebody else's");
});

test("a deed waits for its filing and takes its version", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const draft = await filed(app);
  const act = await app.queue.begin("act", { title: "settled" });
  await app.queue.addPhoto(act, { blob: photo(7), sha256: "7".repeat(64), kind: "after" });
  await app.queue.enqueue(act, { body: { id: act.id, action: "close_on_spot", photos: ["7".repeat(64)] }, after: draft.id });
  server.reachable = true;
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed", "confirmed"]);
  assert.equal(server.cases.get(draft.id).photos.length, 3);
  assert.ok(server.log.findIndex((line) => line.includes("7".repeat(64))) < server.log.findIndex((line) => line.startsWith("POST")));
});

test("a deed whose filing was discarded says so", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const draft = await filed(app);
  const act = await app.queue.begin("act");
  await app.queue.enqueue(act, { body: { id: act.id, action: "close_on_spot" }, after: draft.id });
  await app.queue.discard(draft.id);
  server.reachable = true;
  await app.sync.send();
  assert.equal((await app.queue.list())[0].problem.local, "orphan");
});

test("who was faster is a conflict that shows the present case; decided again, it is done once", async () => {
  const { app, server } = await signedIn();
  const draft = await filed(app);
  server.cases.get(draft.id).version = 4;
  const act = await app.queue.begin("act");
  const body = { id: act.id, action: "check_pass" };
  await app.queue.enqueue(act, { body, caseId: draft.id, version: 1 });
  await app.sync.send();
  const item = (await app.queue.list()).at(-1);
  assert.deepEqual([item.state, item.problem.case.version, item.problem.changed[0].actor], ["conflict", 4, "Mara"]);
  const mended = await app.queue.mend(act.id);
  await app.queue.enqueue(mended, { body, caseId: draft.id, version: 4 });
  await app.sync.send();
  assert.equal((await app.queue.list()).at(-1).state, "confirmed");
  assert.equal(server.acts.size, 1);
});

test("a photo that is too large three times is told with advice, and can be left out", async () => {
  const { app, server } = await signedIn();
  const draft = await drafted(app);
  const large = draft.photos[1].sha256;
  server.fail(new RegExp(large), { status: 413, text: "<html>" }, 99);
  await filed(app, draft);
  assert.deepEqual(await statesOf(app), ["filed"]); // once may be a proxy's hiccup
  await app.sync.send();
  await app.sync.send();
  const [item] = await app.queue.list();
  assert.deepEqual([item.state, item.problem.photo, item.photosSent], ["parked", large, 1]);
  await app.queue.retry(item.id, { without: large });
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

for (const status of [413, 429, 500, 502, 503]) {
  test(`${status} passes`, async () => {
    const { app, server } = await signedIn();
    server.fail(/^PUT .*cases\/[^/]+$/, { status, text: "<html>" });
    await filed(app);
    assert.deepEqual(await statesOf(app), ["queued"]);
    await app.sync.send();
    assert.deepEqual(await statesOf(app), ["confirmed"]);
  });
}

test("one item that fails does not stop the others", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const first = await filed(app);
  await filed(app);
  server.fail(new RegExp(`PUT .*${first.id}`), { status: 500 });
  server.reachable = true;
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["queued", "confirmed"]);
});

test("a page that says 200 to everything is no server", async () => {
  const { app, server } = await signedIn();
  server.fail(/^PUT/, { status: 200, text: "<html>Sign in to the hotel" }, 2);
  await filed(app);
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["queued"]);
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("a proxy's refusal stops nothing for good", async () => {
  const { app, server } = await signedIn();
  server.fail(/^PUT/, { status: 403, text: "<html>blocked" });
  await filed(app);
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("an expired sign-in asks for a new one and goes on with it", async () => {
  const { app, server } = await signedIn();
  server.signOut();
  const draft = await filed(app); // writing needs no sign-in
  assert.equal(app.sync.status().phase, "signin");
  assert.deepEqual(await statesOf(app), ["queued"]);
  server.signIn("ines");
  await app.sync.send();
  assert.deepEqual(await statesOf(app), ["confirmed"]);
  assert.ok(server.cases.has(draft.id));
});

test("a token that changed on the way is taken over", async () => {
  const { app, server } = await signedIn();
  const draft = await drafted(app);
  const through = server.cased.bind(server);
  server.cased = async (method, path, headers, body) => {
    server.cased = through;
    server.signIn("ines"); // in another tab, after the first request
    return through(method, path, headers, body);
  };
  await filed(app, draft);
  assert.deepEqual(await statesOf(app), ["confirmed"]);
});

test("nothing goes out under somebody else's name", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  await filed(app);
  server.reachable = true;
  server.signIn("otto");
  await app.sync.send();
  assert.equal(server.cases.size, 0);
  server.signIn("ines");
  const next = await page(server);
  await next.sync.send();
  assert.equal(server.cases.size, 1);
});

test("sent in the order of queueing", async () => {
  const { app, server } = await signedIn();
  server.reachable = false;
  const ids = [];
  for (let n = 0; n < 4; n += 1) ids.push((await filed(app)).id);
  server.reachable = true;
  await app.sync.send();
  assert.deepEqual([...server.cases.keys()], ids);
});

test("lines of what arrived go after a week", async () => {
  const { app } = await signedIn();
  await filed(app);
  await app.queue.sweep(Date.now() + 6 * 24 * 3600 * 1000);
  assert.equal((await app.queue.list()).length, 1);
  await app.queue.sweep(Date.now() + 8 * 24 * 3600 * 1000);
  assert.equal((await app.queue.list()).length, 0);
});

test("another page hears of every change", async () => {
  const { app, server } = await signedIn();
  const other = await page(server);
  const heard = new Promise((resolve) => other.queue.onChange(resolve));
  const draft = await app.queue.begin("case");
  await heard;
  assert.equal((await other.queue.list())[0].id, draft.id);
});

test("two pages that change one draft lose neither change", async () => {
  const { app, server } = await signedIn();
  const other = await page(server);
  const draft = await app.queue.begin("case");
  const same = await other.queue.get(draft.id);
  await Promise.all([
    app.queue.addPhoto(draft, { blob: photo(1), sha256: "1".repeat(64), kind: "before" }),
    other.queue.addPhoto(same, { blob: photo(2), sha256: "2".repeat(64), kind: "before" }),
  ]);
  assert.equal((await app.queue.get(draft.id)).photos.length, 2);
});

test("the wait doubles, has some chance in it, and is never shorter than the server asked for", async () => {
  const { sync } = await signedIn();
  assert.deepEqual([0, 1, 2, 3].map((n) => sync.backoff(n, 0, 0.5)), [2000, 4000, 8000, 16000]);
  assert.deepEqual([sync.backoff(30, 0, 0), sync.backoff(30, 0, 1)], [225_000, 375_000]);
  assert.equal(sync.backoff(0, 60, 0.5), 60_000);
});

test("counts say what waits, what needs her, and the oldest", async () => {
  const { app, server } = await signedIn();
  await app.queue.begin("case");
  server.fail(/^PUT/, refusal(422));
  await filed(app);
  server.reachable = false;
  await filed(app);
  const found = await app.queue.counts();
  assert.deepEqual([found.draft, found.attention, found.waiting, found.photos], [1, 1, 1, 2]);
  assert.ok(found.oldest);
});

test("a control: keyed by the photo's name, two of one name would be one", async () => {
  const byName = new Map(["IMG_1.jpg", "IMG_1.jpg"].map((name, n) => [name, n]));
  assert.equal(byName.size, 1);
  const { app } = await signedIn();
  const draft = await drafted(app);
  assert.equal((await app.queue.get(draft.id)).photos.length, 2);
});

