// Where position, photo and clock disagree.
import assert from "node:assert/strict";
import { test } from "node:test";
import { coarse, elsewhere, hoursOld, minutesSlow } from "wangge/field/claims";

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

test("a phone whose clock is wrong by more than five minutes", () => {
  assert.equal(minutesSlow(3600_000), 60);
  assert.equal(minutesSlow(-3 * 24 * 3600_000), -4320);
  assert.equal(minutesSlow(240_000), 0);
});
