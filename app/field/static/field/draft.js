// What a filing says: the fields of the page while it is a draft, and the body that is sent. Pure.

const EARLIEST = Date.UTC(2020, 0, 1); // before it a phone has lost its clock
const LATEST = Date.UTC(2100, 0, 1);

/** The fields of a new case; together with the photos it is all that a draft keeps. */
export function blank() {
  return {
    category: null,
    title: "",
    description: "",
    urgency: "normal",
    answers: {},
    pin: null, // {lon, lat, accuracy, at, source: "gps" | "map" | "photo"}
    community: "", // picked at a border
    unit: "", // a grid or area without the map
    text: "", // words for the place
    shape: null, // {type: "LineString" | "Polygon", coordinates}
    shutter: null, // where the device was when the first photo was taken
    accepted: false, // a coarse position that will do
    said: null, // what the server said to it: {status, detail, errors}
  };
}

/** Whether there is anything to come back for. */
export function begun(fields, photos) {
  return Boolean(photos.length || fields.category || fields.description || fields.unit || fields.text || fields.shape);
}

export function placed({ pin, unit, text, shape }) {
  return Boolean(pin || unit || text || shape);
}

/**
 * The body of the filing. `photos`: those of the draft, each `{kind, at, meta}`; `asked`: whether the category
 * asks questions (then `answers` goes along, even empty); `queuedAt` the phone's clock, `app` its version.
 */
export function bodyOf(fields, photos, { begunAt, queuedAt, app, asked }) {
  const taken = photos.filter(({ kind }) => kind !== "voice");
  const observed = plausible(taken[0]?.at) ?? plausible(begunAt);
  const device = deviceOf(fields, taken, { queuedAt: plausible(queuedAt), app });
  return {
    category: fields.category,
    ...placeOf(fields),
    ...(observed && { observed_at: observed }),
    urgency: fields.urgency,
    channel: "inspector",
    ...(fields.description && { description: fields.description }),
    extra: { device, ...(asked && { answers: fields.answers }) },
  };
}

/** A unit or words without a pin; else what was drawn, or the pin, with the community that was picked for it. */
function placeOf({ pin, shape, unit, community, text }) {
  const said = text ? { place_text: text } : {};
  if (unit) return { area: unit, ...said };
  const geometry = shape ?? (pin && { type: "Point", coordinates: [pin.lon, pin.lat] });
  if (!geometry) return said;
  return {
    geometry,
    crs: "wgs84",
    ...(!shape && Number.isFinite(pin.accuracy) && { accuracy_m: Math.min(pin.accuracy, 100_000) }),
    ...(community && { area: community }),
    ...said,
  };
}

/** What the office is told about the phone and its claims (`extra.device`). */
function deviceOf(fields, taken, { queuedAt, app }) {
  const photo = taken.map(({ meta }) => meta?.exif).find((exif) => exif && Object.keys(exif).length);
  const { lon, lat, accuracy, at } = fields.shutter ?? {};
  return {
    source: sourceOf(fields),
    ...(fields.shutter && { shutter: { lon, lat, accuracy_m: Math.min(accuracy, 100_000), ...moment(at) } }),
    ...(photo && { photo: { ...(Number.isFinite(photo.lon) && { lon: photo.lon, lat: photo.lat }), ...moment(photo.at) } }),
    ...(queuedAt && { queued_at: queuedAt }),
    app,
  };
}

function sourceOf({ pin, shape, unit }) {
  if (unit) return "area";
  if (shape) return "map";
  return pin ? pin.source : "area";
}

function moment(at) {
  return plausible(at) ? { at } : {};
}

/** An instant that a clock may show, or null: a phone that lost its clock leaves the time to the server. */
function plausible(at) {
  const time = Date.parse(at ?? "");
  return time >= EARLIEST && time < LATEST ? at : null;
}
