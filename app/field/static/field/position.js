// Where the device is: asked once with high accuracy, improved while it helps, each failure with its own words.

const FIRST_FIX = 10_000;
const COARSE_FIX = 5000;
const WATCH_FOR = 60_000;
const GOOD_ENOUGH = 6; // metres
const LONGEST_WAIT = 6000;
const EARTH = 6_371_009; // metres, mean radius

/**
 * Follow the device: `onFix({lon, lat, accuracy, at})` at the first fix and at each better one,
 * `onTrouble("denied" | "timeout" | "nofix" | "unsupported" | "insecure")` while there is none. With `walking`
 * each fix counts, for as long as it lasts. Returns `stop()`.
 */
export function follow({ onFix, onTrouble, walking = false }) {
  if (!window.isSecureContext || !("geolocation" in navigator)) {
    onTrouble(window.isSecureContext ? "unsupported" : "insecure");
    return () => {};
  }
  let best = Infinity;
  let watching = null;
  const stop = () => {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = null;
  };

  function took({ coords: { longitude, latitude, accuracy }, timestamp }) {
    if (watching === null || (!walking && accuracy >= best)) return;
    best = accuracy;
    const at = new Date(timestamp).toISOString();
    onFix({ lon: rounded(longitude), lat: rounded(latitude), accuracy: Math.round(accuracy), at });
    if (accuracy <= GOOD_ENOUGH && !walking) stop();
  }

  function failed(error) {
    if (watching === null || best < Infinity) return;
    if (error.code === error.TIMEOUT) askCoarsely();
    else onTrouble(error.code === error.PERMISSION_DENIED ? "denied" : "nofix");
  }

  function askCoarsely() {
    const lost = ({ code, TIMEOUT }) => best === Infinity && onTrouble(code === TIMEOUT ? "timeout" : "nofix");
    navigator.geolocation.getCurrentPosition(took, lost, { maximumAge: 60_000, timeout: COARSE_FIX });
  }

  const precisely = { enableHighAccuracy: true, maximumAge: 0, timeout: FIRST_FIX };
  watching = navigator.geolocation.watchPosition(took, failed, precisely);
  if (!walking) setTimeout(stop, WATCH_FOR);
  return stop;
}

/**
 * Where the device is now, within a few seconds: `{lon, lat, accuracy, at}`, or null when it does not say.
 * `onFix` hears of each better fix until `stop()`.
 */
export function standing(onChange) {
  let found = null;
  let settle;
  const first = new Promise((resolve) => (settle = resolve));
  const stop = follow({
    onFix: (fix) => {
      found = fix;
      onChange(found);
      settle();
    },
    onTrouble: () => {
      onChange(null);
      settle();
    },
  });
  const soon = () => Promise.race([first, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
  return { stop, now: () => soon().then(() => found) };
}

/** Metres between two points on the ground. */
export function metresBetween(a, b) {
  const radians = Math.PI / 180;
  const [north, east] = [(b.lat - a.lat) * radians, (b.lon - a.lon) * radians];
  const chord =
    Math.sin(north / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(east / 2) ** 2;
  return Math.round(2 * EARTH * Math.asin(Math.sqrt(chord)));
}

/** Degrees to a centimetre. */
export function rounded(degrees) {
  return Math.round(degrees * 1e7) / 1e7;
}
