// Place and time out of the bytes of a JPEG, and nothing out of broken ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExif, readExif } from "wangge/field/exif";

const RATIONAL = 5, ASCII = 2, LONG = 4;

/** A JPEG head with the given GPS and Exif entries, in either byte order. */
function jpeg({ gps = [], exif = [], little = false }) {
  const tiff = new DataView(new ArrayBuffer(600));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  let free = 200;
  const directory = (at, entries) => {
    tiff.setUint16(at, entries.length, little);
    entries.forEach(([tag, type, values], i) => {
      const entry = at + 2 + i * 12;
      tiff.setUint16(entry, tag, little);
      tiff.setUint16(entry + 2, type, little);
      tiff.setUint32(entry + 4, type === ASCII ? values.length + 1 : values.length, little);
      let target = entry + 8;
      if (type === RATIONAL || (type === ASCII && values.length > 3)) {
        tiff.setUint32(entry + 8, free, little);
        target = free;
        free += 48;
      }
      if (type === ASCII) [...values].forEach((letter, n) => tiff.setUint8(target + n, letter.charCodeAt(0)));
      if (type === LONG) tiff.setUint32(target, values[0], little);
      if (type === RATIONAL) values.forEach(([a, b], n) => {
        tiff.setUint32(target + 8 * n, a, little);
        tiff.setUint32(target + 8 * n + 4, b, little);
      });
    });
  };
  directory(8, [[0x8825, LONG, [50]], [0x8769, LONG, [120]]]);
  directory(50, gps);
  directory(120, exif);
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 2, 96, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return new Uint8Array([...head, ...new Uint8Array(tiff.buffer)]);
}

const GPS = [
  [1, ASCII, "N"], [2, RATIONAL, [[23, 1], [1, 1], [4419, 100]]],
  [3, ASCII, "E"], [4, RATIONAL, [[113, 1], [6, 1], [2671, 100]]],
];

test("degrees, minutes and seconds in either byte order", () => {
  for (const little of [false, true]) {
    const { lon, lat } = parseExif(jpeg({ gps: GPS, little }).buffer);
    assert.deepEqual([lon, lat], [113.1074194, 23.0289417]);
  }
});

test("south and west are negative", () => {
  const turned = GPS.map(([tag, type, values]) => [tag, type, { 1: "S", 3: "W" }[tag] ?? values]);
  const { lon, lat } = parseExif(jpeg({ gps: turned }).buffer);
  assert.ok(lon < 0 && lat < 0);
});

test("the camera's time, with its offset when it says one", () => {
  const exif = [[0x9003, ASCII, "2026:11:20 10:42:00"], [0x9011, ASCII, "+08:00"]];
  assert.equal(parseExif(jpeg({ exif }).buffer).at, "2026-11-20T02:42:00.000Z");
});

test("zero island, empty references and nonsense say nothing", () => {
  const zero = [[1, ASCII, "N"], [2, RATIONAL, [[0, 1], [0, 1], [0, 1]]], [3, ASCII, "E"], [4, RATIONAL, [[0, 1], [0, 1], [0, 1]]]];
  assert.deepEqual(parseExif(jpeg({ gps: zero }).buffer), {});
  assert.deepEqual(parseExif(jpeg({ gps: [[2, RATIONAL, [[23, 0], [1, 0], [1, 0]]]] }).buffer), {});
  assert.deepEqual(parseExif(jpeg({ exif: [[0x9003, ASCII, "0000:00:00 00:00:00"]] }).buffer), {});
});

test("bytes cut anywhere never throw", async () => {
  const whole = jpeg({ gps: GPS });
  for (let length = 0; length < 250; length += 1) await readExif(new Blob([whole.slice(0, length)]));
  assert.deepEqual(await readExif(new Blob([new Uint8Array(5000).fill(255)])), {});
  assert.deepEqual(await readExif(new Blob(["no picture"])), {});
});
