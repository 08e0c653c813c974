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
  if (form.tagName === "DETAILS") form.open = true;
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
