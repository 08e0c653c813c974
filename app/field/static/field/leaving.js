// An inspector who signs out on a page of the desk: her private key leaves this device, too, and what is
// unsent is asked about where it lies.
import { counts, unsentIn } from "wangge/field/queue";
import { forget, session } from "wangge/field/session";

const ASKED_AT = "/field/tray#leave";

async function leave(form) {
  const { owner } = await session();
  if (owner && unsentIn(await counts())) {
    location.assign(ASKED_AT);
    return;
  }
  await forget();
  form.submit();
}

function onSubmit(event) {
  if (event.target.id !== "sign-out") return;
  event.preventDefault();
  leave(event.target).catch(() => event.target.submit()); // a browser that keeps nothing has nothing to forget
}

document.addEventListener("submit", onSubmit);
