// Where position, photo and clock disagree.
import assert from "node:assert/strict";
import { test } from "node:test";
import { coarse, elsewhere, hoursOld, minutesBehind } from "wangge/field/claims";

const pin = { lon: 113.1, lat: 23, accuracy: 8, source: "gps" };
const photo = (exif) => ({ at: "2026-11-21T02:00:00Z", meta: { exif } });

test("only a device's position can be coarse", () => {
  assert.equal(coarse({ ...pin, accuracy: 51 }), true);
  assert.equal(coarse({ ...pin, accuracy: 50 }), false);
  assert.equal(coarse({ ...pin, accuracy: 3000, source: "map" }), false);
});

test("a photo more than 200 m away, beyond the error of the position", () => {
  const away = photo({ lon: 113.1, lat: 23.002 });
  assert.equal(elsewhere([photo({}), away], pin).metres, 222);
  assert.equal(elsewhere([away], { ...pin, accuracy: 100 }), null);
  assert.equal(elsewhere([photo({ lon: 113.1, lat: 23.0017 })], pin), null);
  assert.equal(elsewhere([away], null), null);
});

test("a photo of another day", () => {
  assert.equal(hoursOld([photo({ at: "2026-11-20T01:00:00Z" })]), 25);
  assert.equal(hoursOld([photo({ at: "2026-11-20T03:00:00Z" }), photo({})]), 0);
  assert.equal(hoursOld([photo({ at: "2026-11-23T02:00:00Z" })]), 48);
});

test("a phone whose clock is before an instant of the server", () => {
  const now = Date.parse("2026-11-21T02:00:00Z");
  assert.equal(minutesBehind("2026-11-21T03:00:00Z", now), 60);
  assert.equal(minutesBehind("2026-11-21T02:04:00Z", now), 0);
  assert.equal(minutesBehind(undefined, now), 0);
});
