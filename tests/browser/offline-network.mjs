// A network between the tabs of a user and the API that can be cut, and what is there when it is back.

import assert from "node:assert/strict";

import { takeNext } from "./network.mjs";
import { until } from "./user.mjs";

/** @typedef {import("./user.mjs").User} User */

/**
 * - `on`: all requests arrive.
 * - `cut`: none does.
 * - `lost`: writes arrive, and their responses do not.
 *
 * @typedef {"on" | "cut" | "lost"} State
 */

/** The requests of all tabs of a user to the API. */
export class Network {
  /** @type {State} */
  #state = "on";
  /** The writes since the last change of the state. */
  writes = 0;
  /** @type {import("playwright-core").BrowserContext} */
  #context;

  /** @param {import("playwright-core").BrowserContext} context */
  constructor(context) {
    this.#context = context;
  }

  /** @param {User} user */
  static async of({ context, addresses }) {
    const network = new Network(context);
    await context.route(`${addresses.apiUrl}/**`, async (route) => {
      const state = network.#state;
      const isWrite = route.request().method() === "POST";
      if (state === "on" || (state === "lost" && !isWrite)) return route.fallback();
      if (state === "lost") await route.fetch();
      if (isWrite) network.writes += 1;
      await route.abort("internetdisconnected");
    });
    return network;
  }

  /** @param {State} state */
  set(state) {
    this.#state = state;
    this.writes = 0;
  }

  /** Sets it on, and tells the tabs, as a browser does. */
  async restore() {
    this.set("on");
    for (const page of this.#context.pages()) await page.evaluate(() => void dispatchEvent(new Event("online")));
  }

  /** Waits until a write was cut off. */
  async cutOff() {
    await until("a write is cut off", async () => this.writes > 0);
  }
}

/** The requests of a user to the API, without a browser. @param {User} user */
export async function apiOf({ context, addresses }) {
  // Of the browser's session. Pages are not involved, so it also works while they have no network.
  const response = await context.request.get(`${addresses.origin}/api/auth/token`);
  const { token } = await response.json();
  const { sub } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  const get = async (/** @type {string} */ path) => {
    const response = await fetch(`${addresses.apiUrl}/api/${sub}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200, path);
    return response.json();
  };
  return {
    userId: sub,
    /** In the manual order. */
    tasks: async () => [await get("/tasks?limit=1000&sort=position")].flatMap((body) => body.tasks ?? body),
    trash: async () => [await get("/tasks/trash?limit=1000")].flatMap((body) => body.tasks ?? body),
  };
}

/** What a browser has stored of a user: the queue, the tasks and the lists. */
export function storedOf(/** @type {User} */ { page }, /** @type {string} */ userId) {
  return page.evaluate(async (userId) => {
    const result = (/** @type {IDBRequest} */ request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await result(indexedDB.open("tasknook-offline", 1));
    const store = database.transaction("values").objectStore("values");
    const [keys, values] = await Promise.all([result(store.getAllKeys()), result(store.getAll())]);
    database.close();
    return keys.flatMap(([account, key], index) => (account.includes(` ${userId} `) ? [{ key, value: values[index] }] : []));
  }, userId);
}

const COMPARED = ["id", "title", "description", "completed", "priority", "due_date", "tags", "list_id", "revision", "position"];

const comparable = (tasks) =>
  tasks.map((task) => Object.fromEntries(COMPARED.map((name) => [name, task[name]]))).sort((a, b) => (a.id < b.id ? -1 : 1));

/** @typedef {{ open: string[], completed?: string[], deleted?: string[] }} Expected The titles; those of open tasks in their order. */

/**
 * Waits until the API has all changes, and checks that it and the tabs have these tasks, each once. Nothing needs a decision.
 *
 * @param {User[]} tabs @param {Expected} expected
 */
export async function expectSaved(tabs, { open, completed = [], deleted = [] }) {
  for (const tab of tabs) {
    await tab.saved();
    await tab.expectTasks(open);
    assert.equal(await tab.page.getByRole("button", { name: "Decide" }).count(), 0);
  }
  const api = await apiOf(tabs[0]);
  const titles = (tasks) => tasks.map(({ title }) => title);
  const tasks = await api.tasks();
  assert.deepEqual(titles(tasks.filter(({ completed }) => !completed)), open);
  assert.deepEqual(titles(tasks.filter(({ completed }) => completed)).sort(), [...completed].sort());
  assert.deepEqual(titles(await api.trash()).sort(), [...deleted].sort());
}

/** The same, and the device has stored these tasks, and nothing else. @param {User[]} tabs @param {Expected} expected */
export async function expectSynced(tabs, expected) {
  await expectSaved(tabs, expected);
  const api = await apiOf(tabs[0]);
  const tasks = await api.tasks();
  // Events arrive after the response that they are about.
  let stored;
  await until("the device has the tasks of the API", async () => {
    stored = await storedOf(tabs[0], api.userId);
    const ofTasks = stored.filter(({ key }) => key.startsWith("task ")).map(({ value }) => value);
    return JSON.stringify(comparable(ofTasks)) === JSON.stringify(comparable(tasks));
  });
  const { operations, conflicts, batch } = stored.find(({ key }) => key === "queue").value;
  assert.deepEqual({ operations, conflicts, batch }, { operations: [], conflicts: [], batch: undefined });
}

/**
 * Holds the next write of a page for good, before the API has it or after. `arrived` is fulfilled when it is there.
 *
 * @param {import("playwright-core").Page} page @param {"before" | "after"} place
 */
export async function holdWrite(page, place) {
  const { taken } = await takeNext(page, "POST", "**/tasks/bulk", async (route) => {
    if (place === "after") await route.fetch();
  });
  return { arrived: taken };
}
