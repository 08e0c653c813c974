// Where the device is: asked once with high accuracy, improved while it helps, each failure with its own words.

const FIRST_FIX = 10_000;
const COARSE_FIX = 5000;
const WATCH_FOR = 60_000;
const GOOD_ENOUGH = 6; // metres

/**
 * Follow the device: `onFix({lon, lat, accuracy})` at the first fix and at each better one,
 * `onTrouble("denied" | "timeout" | "nofix" | "unsupported")` while there is none. Returns `stop()`.
 */
export function follow({ onFix, onTrouble }) {
  if (!("geolocation" in navigator) || !window.isSecureContext) {
    onTrouble("unsupported");
    return () => {};
  }
  let best = Infinity;
  let watching = null;
  const stop = () => {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = null;
  };

  function took({ coords: { longitude, latitude, accuracy } }) {
    if (watching === null || accuracy >= best) return;
    best = accuracy;
    onFix({ lon: longitude, lat: latitude, accuracy: Math.round(accuracy) });
    if (accuracy <= GOOD_ENOUGH) stop();
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
  setTimeout(stop, WATCH_FOR);
  return stop;
}
