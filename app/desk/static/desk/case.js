// The case page's small map, and photos that are shown before they are sent.
import { embedded } from "wangge/core/core";
import { miniMap } from "wangge/maps/map";

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
