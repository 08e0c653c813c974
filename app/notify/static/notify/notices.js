// A notice is read when what it is about is opened.
const list = document.querySelector(".notice-list");

function markRead(event) {
  const link = event.target.closest("a[data-notice]");
  if (!link) return;
  const body = new FormData();
  body.set("csrf_token", list.dataset.csrf);
  body.set("notice", link.dataset.notice);
  fetch(list.dataset.read, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
  delete link.dataset.notice;
}

list?.addEventListener("click", markRead);
list?.addEventListener("auxclick", markRead);
