// Away from the page: a picture file becomes a JPEG of at most 2048 px without metadata, known by its hash.
// A worker has no import map, so this file imports nothing.

const LONGEST_SIDE = 2048;
const QUALITY = 0.85;
const MOST_PIXELS = 100e6;
const MOST_BYTES = 12 * 1024 * 1024; // what the server takes of a picture that only it can read

addEventListener("message", async ({ data: { id, file, most } }) => {
  try {
    postMessage({ id, ...(await prepared(file, most ?? MOST_BYTES)) });
  } catch (error) {
    postMessage({ id, trouble: error.message });
  }
});

async function prepared(file, most) {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const kind = kindOf(head);
  if (!file.size) throw new Error("empty");
  if (kind === "video" || file.type.startsWith("video/")) throw new Error("video");
  const blob = await redrawn(file).catch((error) => asItIs(file, kind, most, error));
  return { blob, sha256: await hashed(blob), mediaType: blob.type };
}

/** Told by the first bytes, as app/media does. */
function kindOf(head) {
  const text = String.fromCharCode(...head);
  if (text.slice(4, 8) === "ftyp") return /heic|heix|hevc|heim|heis|mif1|msf1|avif/.test(text.slice(8, 40)) ? "heic" : "video";
  if (text.startsWith("\x1aE\xdf\xa3") || (text.startsWith("RIFF") && text.slice(8, 11) === "AVI")) return "video";
  return "other";
}

/** Drawn anew: turned as the camera said, and nothing of its EXIF (place, device) is left. */
async function redrawn(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    if (picture.width * picture.height > MOST_PIXELS) throw new Error("large");
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const size = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = new OffscreenCanvas(...size);
    const brush = canvas.getContext("2d", { alpha: false });
    brush.imageSmoothingQuality = "high";
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, ...size);
    brush.drawImage(picture, 0, 0, ...size);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } finally {
    picture.close();
  }
}

/** The server reads HEIC where the browser cannot; everything else that cannot be drawn is no photo. */
function asItIs(file, kind, most, error) {
  if (error.message === "large") throw error;
  if (kind !== "heic") throw new Error(file.type.startsWith("image/") ? "unreadable" : "noImage");
  if (file.size > most) throw new Error("heavy");
  return new Blob([file], { type: "image/heic" });
}

async function hashed(blob) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
