// The service worker: it opens the application without a network. The files of a build come from a cache. `/tasks` comes from
// the network, or else from the last visit. All other requests are left to the browser. The reasons are in decision 0048.

/** The cache of the last page of `/tasks`, which contains the name of its user. `offline-page.ts` deletes it. */
const PAGE = "page";
/** The cache of the files of the page. Each build has other names, so they need no version. */
const FILES = "files";
/** The cache of the files of earlier builds, for tabs that are still open. */
const OLD_FILES = "old-files";

/** Shown if there is no page. */
const OFFLINE = "/offline.html";

/** Milliseconds to wait for the network. The application itself waits up to 2 seconds for the API. */
const TIMEOUT = 4000;

/** The files in a page that have a hash in their name or in their query. */
const FILE = /\/_next\/static\/[^"'\\\s<>]+|\/(?:icon\.svg|apple-icon\.png|favicon\.ico)\?[^"'\\\s<>]+/g;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(FILES).then((files) => files.add(OFFLINE)));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || request.headers.has("Range")) return;
  // The router's requests for `/tasks` are no navigations: they expect no HTML.
  if (url.pathname === "/tasks" && request.mode === "navigate") event.respondWith(openPage(event));
  else if ((url.pathname + url.search).search(FILE) === 0) event.respondWith(openFile(event));
});

// From `offline-page.ts`: a user's page is shown.
addEventListener("message", (event) => {
  if (event.data === "opened") event.waitUntil(inTurn(opened));
});

async function openFile(event) {
  const stored = await caches.match(event.request, { ignoreVary: true });
  if (stored) return stored;
  const response = await fetch(event.request);
  if (response.status === 200) {
    const copy = response.clone();
    event.waitUntil(caches.open(FILES).then((files) => files.put(event.request, copy)));
  }
  return response;
}

async function openPage(event) {
  // Opened before the request: if the cache is deleted meanwhile, as at sign-out, the response is stored in the deleted one.
  const cache = await caches.open(PAGE);
  // Also before: the page loads files of its build while it arrives.
  const before = await storedFiles();
  const network = fetch(event.request);
  const stored = network.then((response) => {
    const copy = response.clone();
    return inTurn(() => storePage(cache, copy, before));
  });
  event.waitUntil(stored.catch(() => {}));
  const timeout = new Promise((resolve) => setTimeout(resolve, TIMEOUT)).then(lastPage);
  try {
    const response = (await Promise.race([network, timeout])) ?? (await network);
    // From a proxy in front of the application, which is not running.
    return [502, 503, 504].includes(response.status) ? ((await lastPage()) ?? response) : response;
  } catch {
    return (await lastPage()) ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

function lastPage() {
  return caches.match("/tasks", { cacheName: PAGE, ignoreVary: true });
}

/** Stores a page and all its files, or nothing. `before` has the files that were stored when it was requested. */
async function storePage(cache, response, before) {
  // To `/sign-in`: the session has ended.
  if (response.type === "opaqueredirect") await caches.delete(PAGE);
  if (response.status !== 200) return;
  const names = new Set((await response.clone().text()).match(FILE)).add(OFFLINE);
  const isOfNewBuild = [...names].some((name) => !before.includes(name));
  const stored = await storedFiles();
  const missing = [...names].filter((name) => !stored.includes(name));
  const files = await caches.open(FILES);
  await files.addAll(new Set(isOfNewBuild ? [...missing, OFFLINE] : missing));
  await cache.put("/tasks", response);
  // Until now, no file of the new build has been loaded on demand.
  if (isOfNewBuild) await retire(files, before.filter((name) => !names.has(name)));
}

async function storedFiles() {
  return (await (await caches.open(FILES)).keys()).map(({ url }) => url.slice(location.origin.length));
}

async function retire(files, names) {
  const old = await caches.open(OLD_FILES);
  for (const name of names) {
    const file = await files.match(name, { ignoreVary: true });
    // Another page has retired it.
    if (!file) continue;
    await old.put(name, file);
    await files.delete(name, { ignoreVary: true });
  }
}

async function opened() {
  // After sign-in the page was rendered in the browser, and before the first visit there was no service worker.
  const cache = await caches.open(PAGE);
  if (!(await lastPage())) await storePage(cache, await fetch("/tasks", { redirect: "manual" }), await storedFiles());
  const tabs = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (tabs.length === 1) await caches.delete(OLD_FILES);
}

let last = Promise.resolve();

/** Runs one after another what reads and writes the caches. */
function inTurn(work) {
  last = last.then(work).catch(() => {});
  return last;
}
