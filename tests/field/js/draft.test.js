// The body of a filing, as the contract wants it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begun, blank, bodyOf, placed } from "wangge/field/draft";

const AT = "2026-11-21T02:42:00.000Z";
const SENT = { begunAt: AT, queuedAt: "2026-11-21T02:45:00.000Z", app: "abc", asked: false };
const gps = { lon: 113.1, lat: 23, accuracy: 8, at: AT, source: "gps" };
const photo = (more = {}) => ({ kind: "before", at: "2026-11-21T02:41:00.000Z", meta: {}, ...more });

test("a pin with its accuracy, the time of the first photo, the claims of the device", () => {
  const taken = photo({ meta: { exif: { lon: 113.2, lat: 23, at: AT } } });
  const body = bodyOf({ ...blank(), category: "E0102", pin: gps, shutter: gps, description: "x" }, [taken], SENT);
  assert.deepEqual(body, {
    category: "E0102",
    geometry: { type: "Point", coordinates: [113.1, 23] },
    crs: "wgs84",
    accuracy_m: 8,
    observed_at: "2026-11-21T02:41:00.000Z",
    urgency: "normal",
    channel: "inspector",
    description: "x",
    extra: {
      device: {
        source: "gps",
        shutter: { lon: 113.1, lat: 23, accuracy_m: 8, at: AT },
        photo: { lon: 113.2, lat: 23, at: AT },
        queued_at: SENT.queuedAt,
        app: "abc",
      },
    },
  });
});

test("a picked community goes with the pin, a unit goes without one", () => {
  const picked = bodyOf({ ...blank(), category: "c", pin: { ...gps, source: "map", accuracy: undefined }, community: "A" }, [], SENT);
  assert.deepEqual([picked.area, picked.geometry.type, "accuracy_m" in picked, picked.extra.device.source], ["A", "Point", false, "map"]);
  const unit = bodyOf({ ...blank(), category: "c", pin: gps, unit: "U", text: "behind it" }, [], SENT);
  assert.deepEqual([unit.area, unit.place_text, unit.geometry, unit.extra.device.source], ["U", "behind it", undefined, "area"]);
});

test("what was drawn takes the place of the pin", () => {
  const shape = { type: "LineString", coordinates: [[113, 23], [113.1, 23]] };
  const body = bodyOf({ ...blank(), category: "c", pin: gps, shape }, [], SENT);
  assert.deepEqual([body.geometry, "accuracy_m" in body], [shape, false]);
});

test("answers go along when the category asks, even empty; a voice note is no photo", () => {
  const body = bodyOf({ ...blank(), category: "c", text: "x" }, [photo({ kind: "voice" })], { ...SENT, asked: true });
  assert.deepEqual(body.extra.answers, {});
  assert.equal(body.observed_at, AT);
});

test("a phone that lost its clock leaves the time to the server", () => {
  const body = bodyOf({ ...blank(), category: "c", text: "x" }, [photo({ at: "1970-01-03T00:00:00.000Z" })], { ...SENT, begunAt: "1970-01-03T00:00:00.000Z", queuedAt: "2300-01-01T00:00:00Z" });
  assert.equal("observed_at" in body, false);
  assert.equal("queued_at" in body.extra.device, false);
});

test("nothing said is no draft, and no place", () => {
  assert.equal(begun(blank(), []), false);
  assert.equal(begun(blank(), [photo()]), true);
  assert.equal(placed(blank()), false);
  assert.equal(placed({ ...blank(), text: "here" }), true);
});
