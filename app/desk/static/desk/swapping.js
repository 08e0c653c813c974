// The page in another state, without leaving it: parts of a freshly fetched page take the place of ours.

/** Fetch the page at an address; its `data-part` elements take the place of ours. Returns its data. */
export async function swapParts(url, id) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { status: answer.status, away: answer.type === "opaqueredirect" });
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  const data = other.getElementById(id);
  if (!data) throw Object.assign(new Error("another page"), { away: true });
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = other.querySelector(`[data-part="${part.dataset.part}"]`);
    if (fresh) part.replaceWith(document.adoptNode(fresh));
  }
  document.getElementById(id).textContent = data.textContent;
  return JSON.parse(data.textContent);
}
