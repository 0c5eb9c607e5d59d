// A network that is slow, or loses a response.

/** The time limit for the call to arrive, in milliseconds. */
const ARRIVAL_TIMEOUT = 60_000;

/** Handles the next call of this method in place of the API; `taken` resolves to the result of `handle`. */
export async function takeNext(page, method, url, handle) {
  let taken = false;
  /** @type {(result: any) => void} */
  let settle = () => {};
  const result = new Promise((resolve, reject) => {
    settle = resolve;
    const lost = new Error(`no ${method} request for ${url} within ${ARRIVAL_TIMEOUT / 1000} s`);
    setTimeout(reject, ARRIVAL_TIMEOUT, lost).unref();
  });
  result.catch(() => {}); // Not every test awaits it.
  await page.route(url, (route) => {
    if (taken || route.request().method() !== method) return route.fallback();
    taken = true;
    settle(handle(route));
  });
  return { taken: result };
}

/** Holds the next call of this method until `release` is called. */
export async function holdNext(page, method, url = "**/tasks/**") {
  /** @type {(how: "continue" | "abort") => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  const { taken } = await takeNext(page, method, url, async (route) => {
    released.then((how) => route[how]()).catch(() => {}); // The page may have cancelled the request.
  });
  return { arrived: taken, release };
}
