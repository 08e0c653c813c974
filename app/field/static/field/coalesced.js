/** `work` as a function that may be called at will: one run at a time, and one more if it was called meanwhile. */
export function coalesced(work) {
  let running = null;
  let again = false;
  return function run() {
    again = true;
    running ??= turns().finally(() => (running = null));
    return running;
  };

  async function turns() {
    while (again) {
      again = false;
      await work();
    }
  }
}
