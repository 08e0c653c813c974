/** Let the browser save a Blob under a name. */
export function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** `wangge-20261121-1042.queue`: sorts by time, and says what it is. */
export function exportName(at = new Date()) {
  const digits = at.toISOString().replace(/\D/g, "");
  return `wangge-${digits.slice(0, 8)}-${digits.slice(8, 12)}.queue`;
}
