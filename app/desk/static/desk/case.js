// The case page: its small map, the slider between two photos, photos that are shown before they are sent.
import { embedded } from "wangge/core/core";
import { miniMap } from "wangge/maps/map";

const slide = document.querySelector(".compare-slide");
if (slide) {
  const compare = document.getElementById("compare");
  const cut = () => compare.style.setProperty("--cut", `${slide.value}%`);
  slide.addEventListener("input", cut);
  slide.hidden = false;
  compare.classList.add("slides");
  cut();
}

/** An address such as …#do-dispatch opens that action's form and puts the cursor into it. */
const wanted = location.hash.startsWith("#do-") && document.getElementById(location.hash.slice(1));
function beginWith(form) {
  for (let each = form; each; each = each.parentElement?.closest("details")) if (each.tagName === "DETAILS") each.open = true;
  form.querySelector("select, textarea, input:not([type=hidden]), button")?.focus();
}
if (wanted && document.readyState === "complete") beginWith(wanted);
else if (wanted) addEventListener("load", () => requestAnimationFrame(() => beginWith(wanted))); // the jump to the address takes the focus away

const container = document.getElementById("case-map");
const place = embedded("case-place");

if (container && place) {
  const shape = place.shape_url ? await fetch(place.shape_url).then((answer) => (answer.ok ? answer.json() : null)) : null;
  await miniMap(container, { ...place, shape, approximate: shape?.properties?.approximate ?? false });
}

for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
  const preview = document.getElementById(input.dataset.preview);
  input.addEventListener("change", () => {
    preview.replaceChildren(
      ...[...input.files].map((file) => {
        const image = new Image();
        image.alt = file.name;
        image.src = URL.createObjectURL(file);
        image.onload = () => URL.revokeObjectURL(image.src);
        return image;
      }),
    );
  });
}

/** "Use my position": the browser asks first; what it says goes along with the form. */
for (const part of document.querySelectorAll("[data-position]")) {
  if (!("geolocation" in navigator)) continue;
  part.hidden = false;
  const said = part.querySelector("[role=status]");
  const put = (name, value) => (part.querySelector(`[name=position_${name}]`).value = value);
  const found = ({ coords }) => {
    put("lon", coords.longitude);
    put("lat", coords.latitude);
    put("accuracy", Math.min(Math.round(coords.accuracy), 100000));
    said.textContent = part.dataset.found.replace("{metres}", Math.round(coords.accuracy));
    part.closest("form").querySelector("[data-away]")?.removeAttribute("hidden");
  };
  const failed = () => (said.textContent = part.dataset.failed);
  part.querySelector("button").addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 15000 }),
  );
}

/** A long list of choices gets a field that narrows it. */
for (const part of document.querySelectorAll("[data-narrow]")) {
  const select = part.querySelector("select");
  const input = document.createElement("input");
  input.className = "input narrow-list";
  input.type = "search";
  input.placeholder = part.dataset.narrow;
  input.setAttribute("aria-label", part.dataset.narrow);
  select.before(input);
  const fits = (option, words) => !option.value || option.text.toLowerCase().includes(words) || option.value.toLowerCase().startsWith(words);
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    for (const option of select.options) option.hidden = !fits(option, words);
    for (const group of select.querySelectorAll("optgroup")) group.hidden = [...group.children].every((option) => option.hidden);
    const first = [...select.options].find((option) => option.value && !option.hidden);
    if (words && (!select.value || select.selectedOptions[0].hidden)) select.value = first?.value ?? "";
  });
}
