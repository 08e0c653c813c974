// Place and time that a camera wrote into a JPEG. Phones' browsers often take them out: never relied on.
// Source: CIPA DC-008 (Exif 3.0), sections 4.6.6 (GPS) and 4.6.5 (dates).

const HEAD = 256 * 1024; // bytes: the tags stand before the picture
const ASCII = 2;
const RATIONAL = 5;
const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };
const TAGS = { exif: 0x8769, gps: 0x8825, original: 0x9003, offset: 0x9011 };
const GPS = { latRef: 1, lat: 2, lonRef: 3, lon: 4 };

/** `{lon, lat, at}` of a picture file; what it does not say is left out. Never throws. */
export async function readExif(file) {
  try {
    return parseExif(await file.slice(0, HEAD).arrayBuffer());
  } catch {
    return {}; // cut short, or written by nobody's standard
  }
}

/** The same of the first bytes of a file. */
export function parseExif(buffer) {
  const view = new DataView(buffer);
  const start = tiffStart(view);
  if (start === null) return {};
  const tiff = reader(view, start);
  const main = tiff.directory(tiff.long(4));
  const exif = main[TAGS.exif] ? tiff.directory(main[TAGS.exif][0]) : {};
  const gps = main[TAGS.gps] ? tiff.directory(main[TAGS.gps][0]) : {};
  return { ...position(gps), ...moment(exif) };
}

/** Where the TIFF block begins: in the JPEG segment APP1 that is marked "Exif". */
function tiffStart(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff || marker === 0xffda) return null;
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function reader(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const short = (at) => view.getUint16(start + at, little);
  const long = (at) => view.getUint32(start + at, little);

  function value(type, at) {
    if (type === RATIONAL) return long(at) / long(at + 4);
    if (type === 3) return short(at);
    return type === 4 ? long(at) : view.getUint8(start + at);
  }

  function values(at) {
    const [type, count] = [short(at + 2), long(at + 4)];
    const size = SIZES[type] ?? 0;
    if (!size || count > 1000) return [];
    const from = size * count > 4 ? long(at + 8) : at + 8;
    const found = Array.from({ length: count }, (_none, i) => value(type, from + i * size));
    return type === ASCII ? [String.fromCharCode(...found).replace(/\0+$/, "")] : found;
  }

  function directory(at) {
    const found = {};
    for (let i = 0; i < short(at); i += 1) found[short(at + 2 + i * 12)] = values(at + 2 + i * 12);
    return found;
  }

  return { long, directory };
}

function position(gps) {
  const [lon, lat] = [degrees(gps[GPS.lon], gps[GPS.lonRef]), degrees(gps[GPS.lat], gps[GPS.latRef])];
  const known = Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return known && (lon || lat) ? { lon, lat } : {};
}

function degrees(parts, reference) {
  if (parts?.length !== 3 || !reference?.[0]) return NaN;
  const [whole, minutes, seconds] = parts;
  const found = whole + minutes / 60 + (Number.isFinite(seconds) ? seconds / 3600 : 0);
  return Math.round((/[SW]/i.test(reference[0]) ? -found : found) * 1e7) / 1e7;
}

/** The camera's local time; without an offset it is read in the phone's own zone. */
function moment(exif) {
  const [text, offset] = [exif[TAGS.original]?.[0] ?? "", exif[TAGS.offset]?.[0] ?? ""];
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  if (!found) return {};
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "";
  const at = new Date(`${found[1]}-${found[2]}-${found[3]}T${found[4]}${zone}`);
  return Number.isNaN(at.getTime()) ? {} : { at: at.toISOString() };
}
