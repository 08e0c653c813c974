// Where it is: a fixed pin over a map that moves, or a unit or words without the map. The grid's name is found
// on the phone, from the outlines of the bundle; nothing here waits for the network.
import { getJson } from "wangge/core/core";
import { BORDER_METRES, locate } from "wangge/field/outlines";
import { placeSays } from "wangge/field/place-says";
import { follow, rounded } from "wangge/field/position";
import { elsewhere, errorOf, hoursOld } from "wangge/field/claims";

const BY_HAND_FROM = 0.00001; // degrees, about a metre: less is a tap, not a move
const LONGEST_ASK = 4000;
const FRESH = 60_000; // a fix this old still says where the shutter was
const element = (id) => document.getElementById(id);

/**
 * Bring the place section to life; `onChange(byPerson)` after each change, `onMap(opened)` when the map is
 * there.
 * See the returned functions.
 */
export function placeSection(words, english, onChange, onMap = () => {}) {
  const says = placeSays(words, english);
  const state = { pin: null, community: "", accepted: false, outlines: [], start: null, found: null, fix: null, photos: [], map: null, drawn: false, held: false, mapWanted: false };
  let stopFollowing = () => {};
  let asking = null;

  /** Ask the device; `walking` goes on asking. */
  function look({ walking = false } = {}) {
    stopFollowing();
    if (!state.pin) says.name(words.locating, true);
    stopFollowing = follow({ onFix: useFix, onTrouble: tell, walking });
  }

  function tell(trouble) {
    says.trouble(words[trouble === "insecure" ? "insecureplace" : trouble]);
    if (!state.pin && !unit()) says.name("");
  }

  function useFix(fix) {
    state.fix = fix;
    says.trouble("");
    if (state.pin && (state.held || state.pin.source !== "gps")) return onChange(false); // the hand knows better
    put({ ...fix, source: "gps" }, false);
    state.map?.goTo([fix.lon, fix.lat], fix.accuracy);
  }

  function useHand([lon, lat], { byHand }) {
    const [wasLon, wasLat] = state.pin ? [state.pin.lon, state.pin.lat] : state.map?.begin ?? [0, 0];
    if (!byHand || Math.hypot(lon - wasLon, lat - wasLat) < BY_HAND_FROM) return;
    usePoint(lon, lat, "map");
  }

  function usePoint(lon, lat, source) {
    says.trouble("");
    put({ lon: rounded(lon), lat: rounded(lat), source });
  }

  function put(pin, byPerson = true) {
    state.pin = pin;
    find();
    onChange(byPerson);
    draw();
  }

  /** The grid under the pin, by the outlines at once; outside them the server is asked, if it can be. */
  function find() {
    asking?.abort();
    const { lon, lat } = state.pin;
    const before = state.found?.community?.code;
    state.found = locate(state.outlines, lon, lat, Math.max(BORDER_METRES, errorOf(state.pin)));
    if (before !== state.found.community?.code) state.community = "";
    render();
    if (!state.found.grid) ask(lon, lat);
  }

  async function ask(lon, lat) {
    const asked = (asking = new AbortController());
    setTimeout(() => asked.abort(), LONGEST_ASK);
    const { signal } = asked;
    const answer = await getJson(`/api/v1/areas/locate?lon=${lon}&lat=${lat}&crs=wgs84`, { signal }).catch((error) => error);
    if (signal.aborted) return;
    if (answer.grid !== undefined) state.found = { ...answer, neighbours: answer.neighbours ?? [], nearest: null };
    else if (answer.status === 404) state.found = { ...state.found, outside: true, nearest: answer.problem.nearest };
    render();
  }

  function render() {
    if (unit()) says.unit(unitName());
    else if (state.pin) says.pin(state);
    says.choices(state, unit() ? [] : communities(), chooseCommunity);
    says.coarse(unit() || state.drawn || state.accepted ? null : state.pin);
    says.photo(elsewhere(state.photos, unit() ? null : state.pin), hoursOld(state.photos));
    if (state.found?.grid) state.map?.mark(state.found.grid);
  }

  /** The own community and the others that begin within the error of the position: `[own, …others]`, or none. */
  function communities() {
    const own = state.found?.community;
    const others = new Map((state.found?.neighbours ?? []).map(({ community }) => [community?.code, community]));
    for (const code of [own?.code, undefined]) others.delete(code);
    return own && others.size ? [own, ...others.values()] : [];
  }

  function chooseCommunity(code) {
    state.community = code;
    onChange(true);
  }

  function unit() {
    return element("unit-code").value.trim() || element("unit").value;
  }

  function unitName() {
    return element("unit-code").value.trim() || element("unit").selectedOptions[0]?.textContent || "";
  }

  /** Once: with the first fix, or with the outlines; without the map everything else works. */
  function draw() {
    const begin = state.pin ? [state.pin.lon, state.pin.lat] : state.start;
    if (!state.mapWanted || !begin) return;
    state.mapWanted = false;
    element("pin-map").dataset.says = "";
    openMap(begin)
      .catch((error) => console.warn(error))
      .finally(() => (element("pin-map").dataset.says = words.mapElsewhere)); // seen only while there is none
  }

  async function openMap(begin) {
    const { fieldMap } = await import("wangge/field/pin-help");
    state.map = await fieldMap(element("pin-map"), { begin, onPlace: useHand });
    if (!state.map) return;
    state.map.outlines(state.outlines);
    if (state.pin) state.map.goTo([state.pin.lon, state.pin.lat], state.pin.accuracy ?? 0);
    render();
    onMap(state.map);
  }

  for (const id of ["unit", "unit-code", "place-text"]) {
    element(id).addEventListener("input", () => {
      render();
      onChange(true);
    });
  }
  element("locate").addEventListener("click", () => {
    state.pin = null;
    look();
  });
  element("place-accept").addEventListener("click", () => {
    state.accepted = true;
    render();
    onChange(true);
  });
  element("place-from-photo").addEventListener("click", () => {
    const { lon, lat } = elsewhere(state.photos, state.pin);
    usePoint(lon, lat, "photo");
    state.map?.goTo([lon, lat], 0);
  });

  return {
    look,
    stop: () => stopFollowing(),
    /** The outlines of the bundle, and where the map begins without a fix; they may come after it. */
    know(outlines, start) {
      Object.assign(state, { outlines, start });
      state.map?.outlines(outlines);
      says.units(outlines, unit());
      if (state.pin) find();
      draw();
    },
    /** What the photos say of themselves is compared with the pin. */
    compare(photos, drawn) {
      Object.assign(state, { photos, drawn });
      render();
    },
    /** The place fields of the draft. */
    read: () => ({
      pin: state.pin, community: state.community, accepted: state.accepted,
      unit: unit(), text: element("place-text").value.trim(),
    }),
    /** The fields of a draft that is gone on with, or of a new one: `pin` null asks the device again. */
    show({ pin, community, accepted, unit: code, text }) {
      Object.assign(state, { pin, accepted, found: null });
      says.pick(code);
      element("place-text").value = text;
      if (pin) find();
      state.community = community;
      render();
      if (pin) state.map?.goTo([pin.lon, pin.lat], pin.accuracy);
    },
    /** While she walks on, the place of a case stays where its photo was taken. */
    hold(held) {
      state.held = held;
    },
    /** Where the device was within the last minute, or null. */
    fix: () => (state.fix && Date.now() - Date.parse(state.fix.at) < FRESH ? state.fix : null),
    coarse: () => !element("place-coarse").hidden,
    /** The unit in words, for titles and receipts. */
    named: () => element("place-name").firstElementChild?.textContent ?? "",
    /** The map, as soon as there is a place to begin it at. */
    openMap() {
      state.mapWanted = true;
      draw();
    },
  };
}
