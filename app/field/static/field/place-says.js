// What the place section says: names, borders, doubts. It only writes; place.js decides.
import { fill } from "wangge/core/core";
import { coarse } from "wangge/field/claims";

const DAY = 24; // hours
const element = (id) => document.getElementById(id);

/** Writers for the elements of the place section. */
export function placeSays(words, english) {
  const nameOf = (area) => (english && area.name_en) || area.name;
  const whole = (grid) => [grid, grid.community].filter(Boolean).map(nameOf).join(" · ");

  /** The unit under the pin, in words, and how well the pin is known. */
  function name(text, quiet = false, after = "") {
    const [first, rest] = [document.createElement("span"), document.createElement("span")];
    first.className = quiet ? "quiet" : "";
    first.textContent = text;
    rest.className = "quiet nowrap";
    rest.textContent = after;
    element("place-name").replaceChildren(first, " ", rest);
  }

  function pin({ pin: at, found, outlines }) {
    const named = found ? [found.grid, found.community].filter(Boolean).map(nameOf).join(" · ") : "";
    name(named || beyond(found, outlines), !named, howWell(at));
    show(element("place-approximate"), Boolean(found?.grid?.approximate));
  }

  function beyond(found, outlines) {
    if (found?.outside) return found.nearest ? fill(words.outside, { name: nameOf(found.nearest) }) : words.unknown;
    if (!outlines.length || !found?.nearest) return words.unknown;
    return fill(words.beyond, { name: whole(found.nearest), n: Math.round(found.nearest.metres) });
  }

  function howWell({ source, accuracy }) {
    if (source === "photo") return words.fromPhoto;
    return source === "gps" ? fill(words.accuracy, { n: accuracy }) : words.byHand;
  }

  /** A border close by is named; between communities she may choose. */
  function choices({ found, community, pin: at }, communities, onChoose) {
    const near = at && found && !communities.length ? found.neighbours : [];
    write(element("place-near"), near.length ? fill(words.near, { names: near.map(whole).join(words.comma) }) : "");
    const box = element("place-communities");
    show(box, communities.length > 0);
    const codes = communities.map(({ code }) => code).join();
    if (box.dataset.codes === codes && box.querySelector(`input[value="${community}"]`)?.checked) return;
    box.dataset.codes = codes;
    box.querySelector("div").replaceChildren(...communities.map((each, index) => radio(each, index === 0, community, onChoose)));
  }

  function radio(area, own, chosen, onChoose) {
    const code = own ? "" : area.code;
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "community", value: code, checked: code === chosen });
    input.addEventListener("change", () => onChoose(code));
    const label = document.createElement("label");
    label.append(input, own ? fill(words.here, { name: nameOf(area) }) : nameOf(area));
    return label;
  }

  return {
    name,
    pin,
    choices,
    trouble: (text) => write(element("place-trouble"), text ?? ""),
    unit(text) {
      name(`${text} · ${words.noMap}`);
      show(element("place-approximate"), false);
    },
    coarse(at) {
      const told = coarse(at);
      show(element("place-coarse"), told);
      if (told) element("place-coarse-says").textContent = fill(words.coarse, { n: at.accuracy });
    },
    photo(away, hours) {
      const old = hours ? fill(words.photoOld, { n: hours > 2 * DAY ? Math.round(hours / DAY) : hours, unit: hours > 2 * DAY ? words.days : words.hours }) : "";
      const far = away ? fill(words.photoElsewhere, { n: away.metres }) : "";
      show(element("place-photo"), Boolean(old || far));
      element("place-photo-says").textContent = [far, old].filter(Boolean).join(" ");
      show(element("place-from-photo"), Boolean(away));
    },
    /** The grids to choose from without the map: the own ones first. */
    units(outlines, chosen) {
      const grids = outlines.map(({ grid }) => grid).sort((a, b) => Number(b.mine) - Number(a.mine));
      const [blank] = element("unit").options;
      element("unit").replaceChildren(blank, ...grids.map((grid) => new Option(whole(grid), grid.code)));
      this.pick(chosen);
    },
    /** A code that is not among the grids is one that she typed. */
    pick(code) {
      element("unit").value = code;
      const listed = element("unit").value === code;
      if (!listed) element("unit").value = "";
      element("unit-code").value = listed ? "" : code;
    },
  };
}

function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = !text;
}

function show(target, visible) {
  target.hidden = !visible;
}
