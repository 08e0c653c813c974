// Where it is: a fixed pin over a map that moves, its grid and community in words, or a unit without the map.
import { fill, getJson } from "wangge/core/core";
import { follow } from "wangge/field/position";

const DEBOUNCE = 350;
const BY_HAND_FROM = 0.00001; // degrees, about a metre: less is a tap, not a move
const element = (id) => document.getElementById(id);

/**
 * Bring the place section to life. `read()` is the place of the draft, or null; `look()` asks the device.
 * `onChange()` after each change.
 */
export function placeSection(words, start, onChange) {
  const state = { pin: null, located: null, community: "", map: null };
  let stopFollowing = () => {};
  let asking = null;
  let timer = 0;

  function look() {
    stopFollowing();
    say(element("place-name"), words.locating, true);
    stopFollowing = follow({ onFix: useFix, onTrouble: tell });
  }

  function tell(trouble) {
    show(element("place-trouble"), words[trouble]);
    if (!state.pin && !unit()) say(element("place-name"), "");
  }

  function useFix(fix) {
    hide(element("place-trouble"));
    put({ ...fix, byHand: false });
    state.map?.goTo([fix.lon, fix.lat], fix.accuracy);
  }

  function useHand([lon, lat], { byHand }) {
    const [wasLon, wasLat] = state.pin ? [state.pin.lon, state.pin.lat] : start.point;
    if (!byHand || Math.hypot(lon - wasLon, lat - wasLat) < BY_HAND_FROM) return;
    stopFollowing();
    hide(element("place-trouble"));
    put({ lon: rounded(lon), lat: rounded(lat), byHand: true });
  }

  function put(pin) {
    state.pin = pin;
    clearTimeout(timer);
    timer = setTimeout(locate, state.located ? DEBOUNCE : 0);
    onChange();
  }

  async function locate() {
    asking?.abort();
    asking = new AbortController();
    const { lon, lat } = state.pin;
    try {
      const address = `/api/v1/areas/locate?lon=${lon}&lat=${lat}&crs=wgs84`;
      state.located = await getJson(address, { signal: asking.signal });
    } catch (error) {
      if (error.name === "AbortError") return;
      state.located = { outside: error.status === 404, nearest: error.problem?.nearest };
    }
    state.community = "";
    render();
  }

  function render() {
    if (unit()) renderUnit();
    else if (state.pin && state.located) renderPin(state.located);
  }

  function renderPin(found) {
    say(element("place-name"), named(found) || missingName(found), !named(found), accuracy());
    if (found.grid) state.map?.outline(found.grid.code);
    renderNeighbours(found);
  }

  function renderUnit() {
    const name = chosenUnitName();
    say(element("place-name"), `${name} · ${words.noMap}`);
    hide(element("place-near"));
    hide(element("place-communities"));
  }

  function accuracy() {
    if (state.pin.byHand) return words.byHand;
    return fill(words.accuracy, { n: state.pin.accuracy });
  }

  function named(found) {
    return [found.grid, found.community].filter(Boolean).map(nameOf).join(" · ");
  }

  function missingName({ outside, nearest }) {
    return outside && nearest ? fill(words.outside, { name: nameOf(nearest) }) : words.unknown;
  }

  /** A grid's neighbour is only named; between communities she may choose. */
  function renderNeighbours(found) {
    const near = found.neighbours ?? [];
    const names = near.map((grid) => [grid, grid.community].filter(Boolean).map(nameOf).join(" · "));
    show(element("place-near"), near.length ? fill(words.near, { names: names.join(words.comma) }) : "");
    const others = new Map(near.map(({ community }) => [community?.code, community]));
    others.delete(found.community?.code);
    others.delete(undefined);
    renderCommunities(found.community, [...others.values()]);
  }

  function renderCommunities(own, others) {
    const box = element("place-communities");
    box.hidden = others.length === 0;
    if (box.hidden || !own) return;
    const options = [radio("", fill(words.here, { name: nameOf(own) }), true)];
    options.push(...others.map((other) => radio(other.code, nameOf(other), false)));
    box.querySelector("div").replaceChildren(...options);
  }

  function radio(code, text, checked) {
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "community", value: code, checked });
    input.addEventListener("change", () => {
      state.community = code;
      onChange();
    });
    const label = document.createElement("label");
    label.append(input, text);
    return label;
  }

  const nameOf = (area) => (start.english && area.name_en) || area.name;

  function unit() {
    return element("unit-code").value.trim() || element("unit").value;
  }

  function chosenUnitName() {
    return element("unit-code").value.trim() || element("unit").selectedOptions[0].textContent;
  }

  function read() {
    const text = element("place-text").value.trim();
    if (unit()) return { area: unit(), text };
    if (!state.pin) return text ? { text } : null;
    const { lon, lat, accuracy: metres } = state.pin;
    return { lon, lat, accuracy: metres, area: state.community, text };
  }

  async function openMap() {
    const { pinMap } = await import("wangge/maps/pin");
    const begin = state.pin ? [state.pin.lon, state.pin.lat] : start.point;
    const opened = await pinMap(element("pin-map"), { start: begin, zoom: 16, onPlace: useHand });
    if (!opened) return;
    const { mapHelp } = await import("wangge/field/pin-help");
    state.map = mapHelp(opened, start.tiles);
    if (state.pin && !state.pin.byHand) state.map.goTo([state.pin.lon, state.pin.lat], state.pin.accuracy);
    if (state.located?.grid) state.map.outline(state.located.grid.code);
  }

  for (const id of ["unit", "unit-code", "place-text"]) {
    element(id).addEventListener("change", () => {
      render();
      onChange();
    });
  }
  element("locate").addEventListener("click", look);

  /** A unit chosen without the map is not carried over to the next case; the pin stays where it is. */
  function again() {
    for (const id of ["unit", "unit-code", "place-text"]) element(id).value = "";
    render();
  }

  return { look, openMap, read, again };
}

function rounded(degrees) {
  return Math.round(degrees * 1e7) / 1e7;
}

function say(target, text, quiet = false, after = "") {
  const words = document.createElement("span");
  words.className = quiet ? "quiet" : "";
  words.textContent = text;
  const rest = document.createElement("span");
  rest.className = "quiet nowrap";
  rest.textContent = after;
  target.replaceChildren(words, " ", rest);
}

function show(target, text) {
  target.textContent = text;
  target.hidden = !text;
}

function hide(target) {
  target.hidden = true;
}
