// A network that is slow, or loses an answer.

/** Answers the next call of this method in place of the API; `taken` is what came of it. */
export async function takeNext(page, method, url, answer) {
  let taken = false;
  /** @type {(came: any) => void} */
  let settle = () => {};
  const came = new Promise((resolve) => (settle = resolve));
  await page.route(url, (route) => {
    if (taken || route.request().method() !== method) return route.fallback();
    taken = true;
    settle(answer(route));
  });
  return { taken: came };
}

/** Holds the next call of this method until what this answers is called. */
export async function holdNext(page, method, url = "**/tasks/**") {
  /** @type {(how: "continue" | "abort") => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  const { taken } = await takeNext(page, method, url, async (route) => {
    released.then((how) => route[how]()).catch(() => {}); // Whoever asked may have given up.
  });
  return { arrived: taken, release };
}
