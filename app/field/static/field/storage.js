// How safely, and how much longer, this phone can keep what is not sent.

const LITTLE = 50 * 1024 * 1024; // bytes: some twenty filings with five photos
const FULL = 0.85;

/** `{persisted, usage, quota, low}`; null for what the browser does not say. */
export async function storage() {
  const { usage = null, quota = null } = (await navigator.storage?.estimate?.()) ?? {};
  const persisted = (await navigator.storage?.persisted?.()) ?? null;
  const low = quota !== null && (quota - usage < LITTLE || usage / quota > FULL);
  return { persisted, usage, quota, low };
}

/** `3.4 MB`, for people. */
export function megabytes(bytes) {
  const gigabyte = 1024 ** 3;
  return bytes >= gigabyte ? `${(bytes / gigabyte).toFixed(1)} GB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
