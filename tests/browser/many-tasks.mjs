// A user with many tasks, and how long their page takes until it shows what an input changes.

import assert from "node:assert/strict";

/** The most operations of a bulk request. */
const BULK = 500;

const TAGS = ["errands", "home", "phone", "computer", "waiting", "reading", "garden", "money", "health", "trip"];
const PRIORITIES = ["low", "medium", "high", "urgent"];

/** A day within a year around today, by the number of a task. @param {number} number */
const dueDay = (number) => new Date(Date.now() + (((number * 7919) % 365) - 100) * 86_400_000).toISOString().slice(0, 10);

/** A task as users have them: every second with a due date, most with tags, every fifth completed. @param {number} number */
function taskOf(number) {
  return {
    title: `Task ${number}: call the office about the letter`,
    description: number % 3 ? undefined : `Note ${number}: bring the papers, the old letter and a pen.`,
    completed: number % 5 === 4,
    priority: PRIORITIES[number % 4],
    tags: number % 4 ? [TAGS[number % 10], TAGS[(number * 3 + 1) % 10]].filter((tag, index, all) => all.indexOf(tag) === index) : [],
    due_date: number % 2 ? undefined : number % 4 ? dueDay(number) : `${dueDay(number)}T09:30:00Z`,
  };
}

/** Creates this number of tasks through the API. @param {import("./user.mjs").User} user @param {number} count */
export async function createTasks({ page, addresses }, count) {
  const { token } = await (await page.request.get(`${addresses.origin}/api/auth/token`)).json();
  const { sub } = JSON.parse(atob(token.split(".")[1]));
  for (let first = 0; first < count; first += BULK) {
    const numbers = Array.from({ length: Math.min(BULK, count - first) }, (_, index) => first + index);
    const data = { operations: numbers.map((number) => ({ op: "create", task: taskOf(number) })) };
    const headers = { Authorization: `Bearer ${token}` };
    const response = await page.request.post(`${addresses.apiUrl}/api/${sub}/tasks/bulk`, { headers, data });
    assert.equal(response.status(), 200);
  }
}

/**
 * Counts what the page writes to IndexedDB, in characters of JSON. Call it before the page is opened.
 *
 * @param {import("playwright-core").Page} page
 */
export async function countStored(page) {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    const counted = Object.assign(window, { stored: 0 });
    IDBObjectStore.prototype.put = function (value, key) {
      counted.stored += JSON.stringify(value).length;
      return put.call(this, value, key);
    };
  });
}

/** What was counted so far. @param {import("playwright-core").Page} page @returns {Promise<number>} */
export const stored = (page) => page.evaluate(() => Reflect.get(window, "stored"));

/**
 * Milliseconds from the next input event of this type to the first frame that shows its result.
 *
 * @param {import("playwright-core").Page} page
 * @param {{ type: string, act: () => Promise<unknown>, shows: string }} options `shows` is an expression for the page.
 * @returns {Promise<number>}
 */
export async function untilPainted(page, { type, act, shows }) {
  await page.evaluate(
    ([type, shows]) => {
      const isShown = new Function(`return ${shows}`);
      const painted = new Promise((resolve) => {
        const start = ({ timeStamp }) => {
          const look = () => {
            if (!isShown()) return requestAnimationFrame(look);
            // A message arrives after the frame.
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - timeStamp);
            port2.postMessage(null);
          };
          requestAnimationFrame(look);
        };
        addEventListener(type, start, { once: true, capture: true });
      });
      Object.assign(window, { painted });
    },
    [type, shows],
  );
  await act();
  return page.evaluate(() => Reflect.get(window, "painted"));
}

/** Deletes what the page has stored, so that it loads all tasks again. @param {import("playwright-core").Page} page */
export async function forgetTasks(page) {
  await page.goto("/offline.html");
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve) => (indexedDB.deleteDatabase(name ?? "").onsuccess = resolve));
    }
  });
}

/**
 * Opens the page; returns the milliseconds until it shows a task and until it has all of them, the pages of changes that it has loaded by
 * then, and the bytes of its scripts as sent.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} path
 */
export async function opened(page, path) {
  await page.goto(path, { waitUntil: "commit" });
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    while (!document.querySelector("li[data-id]")) await frame();
    const first = performance.now();
    // Without all tasks, their number is not known.
    while (!document.querySelector("h1 + span")) await frame();
    await frame();
    const all = performance.now();
    const resources = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
    const scripts = resources.filter(({ name }) => name.endsWith(".js"));
    return {
      first: Math.round(first),
      all: Math.round(all),
      changes: resources.filter(({ name }) => name.includes("/tasks/changes")).length,
      script: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    };
  });
}

/**
 * Turns the wheel for two seconds; returns the frames, those that were late, and the longest task.
 *
 * @param {import("playwright-core").Page} page
 */
export async function scrolled(page) {
  await page.evaluate(() => {
    const seen = { frames: [], tasks: [0], isOver: false };
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    let last = performance.now();
    const frame = (now) => {
      seen.frames.push(now - last);
      last = now;
      if (!seen.isOver) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { seen });
  });
  const end = Date.now() + 2000;
  while (Date.now() < end) await page.mouse.wheel(0, 120);
  return page.evaluate(() => {
    const seen = Reflect.get(window, "seen");
    seen.isOver = true;
    const late = seen.frames.filter((time) => time > 25).length;
    return { frames: seen.frames.length, late, longestTask: Math.max(...seen.tasks), y: scrollY };
  });
}

/** Keeps the storage of the page busy until it is reloaded. @param {import("playwright-core").Page} page */
export async function holdStorage(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("tasknook-offline");
        opening.onsuccess = () => {
          const store = opening.result.transaction("values", "readwrite").objectStore("values");
          // A transaction ends when it has no request.
          const hold = () => {
            store.get("none").onsuccess = hold;
            resolve(undefined);
          };
          store.get("none").onsuccess = hold;
        };
      }),
  );
}

/** The median and the 95th percentile. @param {number[]} values */
export function percentiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { median: at(0.5), p95: at(0.95), toString: () => `median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms` };
}
