// Where position and photo disagree, or say too little. Pure; the office is shown the same and decides.
import { metresBetween } from "wangge/field/position";

const COARSE = 50; // metres
const ELSEWHERE = 200; // metres
const OLD = 24 * 3600_000;
const WRONG = 5 * 60_000;
const BY_HAND = 0; // metres of error of a pin that was set by hand

/** Whether the device's position is worse than `limit` metres. */
export function coarse(pin, limit = COARSE) {
  return pin?.source === "gps" && pin.accuracy > limit;
}

/** How far off the pin may be, metres. */
export function errorOf(pin) {
  return pin?.source === "gps" ? pin.accuracy : BY_HAND;
}

/** The first photo that says it was taken more than 200 m from the pin: `{lon, lat, metres}`, or null. */
export function elsewhere(photos, pin) {
  if (!pin) return null;
  for (const { meta } of photos) {
    if (!Number.isFinite(meta?.exif?.lon)) continue;
    const metres = metresBetween(pin, meta.exif);
    if (metres > ELSEWHERE + errorOf(pin)) return { lon: meta.exif.lon, lat: meta.exif.lat, metres };
  }
  return null;
}

/** How many hours before it was added the oldest photo says it was taken, when that is more than a day; else 0. */
export function hoursOld(photos) {
  const ages = photos.filter(({ meta }) => meta?.exif?.at).map(({ at, meta }) => Date.parse(at) - Date.parse(meta.exif.at));
  const oldest = Math.max(0, ...ages.map(Math.abs));
  return oldest > OLD ? Math.round(oldest / 3600_000) : 0;
}

/** By how many minutes the phone's clock is slow (negative: fast), given how far the server's is ahead; 0 within five. */
export function minutesSlow(skew) {
  return Math.abs(skew) > WRONG ? Math.round(skew / 60_000) : 0;
}
