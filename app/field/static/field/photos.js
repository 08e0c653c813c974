// A picture from the camera becomes a JPEG of at most 2048 px without metadata, known by its hash.

const LONGEST_SIDE = 2048;
const QUALITY = 0.85;

/** `{sha256, blob, url, at}`. `url` shows it until `forget`. Throws when the browser cannot read the picture. */
export async function prepare(file) {
  const blob = await redrawn(file);
  const bytes = await blob.arrayBuffer();
  return { sha256: await sha256(bytes), blob, url: URL.createObjectURL(blob), at: new Date().toISOString() };
}

export function forget(photo) {
  URL.revokeObjectURL(photo.url);
}

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Drawn anew: turned as the camera said, and nothing of its EXIF (place, device) is left. */
async function redrawn(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d", { alpha: false });
  brush.imageSmoothingQuality = "high";
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("the picture could not be drawn");
  return blob;
}
