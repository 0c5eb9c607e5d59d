// The page that `public/sw.js` shows without a network. It contains the name, the e-mail address and tasks of its user.

/** The name of its cache, as in `public/sw.js`. */
const CACHE = "page";

/** Lets the service worker store the page. Call this when a user's page is shown. */
export async function keepPage(): Promise<void> {
  // Undefined where the browser allows no service workers: without HTTPS, except on localhost.
  const registration = await navigator.serviceWorker?.ready;
  registration?.active?.postMessage("opened");
}

/** Deletes the page, for all tabs. Call this before another user may see it: at sign-out, and at sign-in. */
export async function forgetPage(): Promise<void> {
  // A browser that refuses this stores no page.
  if ("caches" in globalThis) await caches.delete(CACHE).catch(() => {});
}
