import assert from "node:assert/strict";
import { randomInt } from "node:crypto";

import { pageErrors } from "./page-errors.mjs";

/** The browser's own message for a response of 400 or more, and for none, which the tests cause. */
const EXPECTED = /^Failed to load resource|blocked by CORS policy/;

/** The time limit for what a page shows, in milliseconds: generous, since other tests run at the same time. */
const TIMEOUT = 60_000;

/** The requests for events. */
export const EVENTS = "**/tasks/events";

/** @typedef {{ title?: string, description?: string, due?: string, time?: string, priority?: string, tags?: string, list?: string }} Changes */

/** A user at a browser, who finds elements by their accessible names. */
export class User {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {{ origin: string, apiUrl: string }} addresses
   * @param {string} name
   * @param {import("playwright-core").BrowserContextOptions} options
   */
  static async open(browser, addresses, name, options) {
    // Tests that change responses do so for the page, not for its service worker.
    const context = await browser.newContext({ baseURL: addresses.origin, serviceWorkers: "block", ...options });
    context.setDefaultTimeout(TIMEOUT);
    return new User(context, await context.newPage(), addresses, name);
  }

  /**
   * @param {import("playwright-core").BrowserContext} context
   * @param {import("playwright-core").Page} page
   * @param {{ origin: string, apiUrl: string }} addresses
   * @param {string} name
   */
  constructor(context, page, addresses, name) {
    this.context = context;
    this.page = page;
    this.addresses = addresses;
    this.name = name;
    this.email = `${name.toLowerCase()}-${Math.random().toString(36).slice(2)}@example.com`;
    this.password = `the password of ${name}`;
    /**
     * The responses of the API, and those of Better Auth to requests for a token.
     *
     * @type {{ method: string, path: string, status: number, expired: boolean }[]}
     */
    this.responses = [];
    /** Of all pages; a test expects none. @type {string[]} */
    this.errors = [];
    context.on("page", (opened) => this.#watch(opened));
    this.#watch(page);
  }

  /** @param {import("playwright-core").Page} page */
  #watch(page) {
    const { origin, apiUrl } = this.addresses;
    pageErrors(page, { origins: [origin, apiUrl], levels: ["error"], ignored: EXPECTED, errors: this.errors });
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      const ofTasks = response.url().startsWith(apiUrl) || pathname.startsWith("/backend/");
      if (!ofTasks && pathname !== "/api/auth/token") return;
      const method = response.request().method();
      const expired = expiredInTransit(response.request());
      if (method !== "OPTIONS") this.responses.push({ method, path: pathname, status: response.status(), expired });
    });
  }

  /** Checks that no request was rejected, except those whose token expired in transit, as on a slow machine. */
  expectNoRejections() {
    assert.deepEqual(this.responses.filter(({ status, expired }) => status >= 400 && !(status === 401 && expired)), []);
  }

  /** The same user in another tab. */
  async tab() {
    const page = await this.context.newPage();
    const tab = Object.assign(Object.create(User.prototype), this, { page });
    await page.goto("/tasks");
    await tab.ready();
    return /** @type {User} */ (tab);
  }

  /** Opens the page as with a service that has no events: it shows what it has read. */
  async withoutEvents() {
    const { origin } = this.addresses;
    const body = JSON.stringify({ type: "about:blank", title: "Not found", status: 404, code: "not_found", detail: "None.", request_id: "1" });
    const headers = { "Access-Control-Allow-Origin": origin };
    await this.page.route(EVENTS, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", headers, body }));
    await this.page.reload();
    await this.ready();
  }

  expectNoErrors() {
    assert.deepEqual(this.errors, []);
  }

  async signUp() {
    await this.page.goto("/sign-up");
    await this.page.getByLabel("Name").fill(this.name);
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Sign up" }).click();
    await this.ready();
  }

  async signIn() {
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.ready();
  }

  /**
   * Opens the task page with a new account, or a new session, without the form for it. Better Auth limits the requests of an
   * address, so each comes from another one.
   *
   * @param {"sign-up" | "sign-in"} how
   */
  async enter(how) {
    const { name, email, password } = this;
    const headers = { Origin: this.addresses.origin, "X-Forwarded-For": `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}` };
    const response = await this.context.request.post(`/api/auth/${how}/email`, { data: { name, email, password }, headers });
    assert.ok(response.ok(), `${how}: ${response.status()} ${await response.text()}`);
    await this.page.goto("/tasks");
    await this.ready();
  }

  /** In a wide window: in a narrow one the button is in the menu. */
  async signOut() {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("button", { name: "Sign in" }).waitFor();
  }

  /** Waits until the task page is ready, and has all tasks. */
  async ready() {
    await this.page.waitForURL("**/tasks*");
    await this.page.getByText(this.name, { exact: true }).first().waitFor({ state: "attached" });
    // Disabled until the page is hydrated.
    await this.page.getByRole("button", { name: "Add", exact: true }).and(this.page.locator(":enabled")).waitFor();
    await this.page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  }

  /** Waits until the API has all changes of this device. */
  async saved() {
    await this.page.getByText("All changes saved", { exact: true }).first().waitFor({ state: "attached" });
  }

  /** @param {string} title */
  task(title) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByRole("checkbox", { name: title, exact: true }) });
  }

  /** @param {string} title */
  checkbox(title) {
    return this.page.getByRole("checkbox", { name: title, exact: true });
  }

  /** Adds a task and waits until it is shown. @param {string} title */
  async type(title) {
    await this.page.getByLabel("New task").fill(title);
    await this.page.getByRole("button", { name: "Add", exact: true }).click();
    await this.task(title).waitFor();
  }

  /** Adds a task and waits until the API has it. @param {string} title */
  async add(title) {
    await this.type(title);
    await this.saved();
  }

  /** Opens the editor in the row. @param {string} title */
  async openEditor(title) {
    await this.task(title).getByRole("button", { name: title, exact: true }).click();
    return this.editor();
  }

  /** The editor that is open. */
  editor() {
    return this.page.getByRole("form", { name: /^Edit / });
  }

  /** Fills the open editor. @param {Changes} changes */
  async fill(changes) {
    const editor = this.editor();
    if (changes.title !== undefined) await editor.getByLabel("Title", { exact: true }).fill(changes.title);
    if (changes.description !== undefined) await editor.getByLabel("Description", { exact: true }).fill(changes.description);
    if (changes.due !== undefined) await editor.getByLabel("Due date", { exact: true }).fill(changes.due);
    if (changes.time !== undefined) await editor.getByLabel("Time", { exact: true }).fill(changes.time);
    if (changes.priority !== undefined) await editor.getByLabel("Priority", { exact: true }).selectOption(changes.priority);
    if (changes.list !== undefined) await editor.getByLabel("List", { exact: true }).selectOption({ label: changes.list });
    if (changes.tags !== undefined) await editor.getByLabel("Tags", { exact: true }).fill(changes.tags);
  }

  /** Edits a task and waits until the API has it. @param {string} title @param {Changes} changes */
  async edit(title, changes) {
    await this.dismissNotices();
    await this.openEditor(title);
    await this.fill(changes);
    await this.editor().getByRole("button", { name: "Done" }).click();
    await this.notice("was changed").waitFor();
    await this.saved();
  }

  /** Checks or unchecks, and waits until the API has it. @param {string} title @param {boolean} wanted */
  async complete(title, wanted = true) {
    await this.dismissNotices();
    await this.checkbox(title).click();
    await this.notice(wanted ? "is completed" : "is to do again").waitFor();
    await this.saved();
  }

  /** Moves a task to the trash, and waits until the API has it. @param {string} title */
  async remove(title) {
    await this.task(title).hover();
    await this.page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
    await this.task(title).waitFor({ state: "detached" });
    await this.saved();
  }

  /** What the page shows while the API cannot be reached. */
  outage() {
    return this.page.getByRole("status").filter({ hasText: /^Tasknook cannot be reached\. Your changes are kept on this device/ });
  }

  /** A notice, with this text in it. @param {string} text */
  notice(text) {
    return this.page.getByRole("status").getByText(text);
  }

  async dismissNotices() {
    // In the page, since a notice may disappear before a click on it.
    const buttons = this.page.getByRole("button", { name: "Dismiss", exact: true });
    await buttons.evaluateAll((all) => all.forEach((button) => button.click()));
  }

  /** @param {string} text */
  async search(text) {
    await this.page.getByRole("searchbox", { name: "Search" }).fill(text);
  }

  /** Opens a view of the sidebar, in a wide window. @param {string} name */
  async view(name) {
    await this.page.getByRole("navigation", { name: "Views" }).getByRole("link", { name }).click();
    await this.page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  }

  /** Shows the completed tasks of the view. */
  async showCompleted() {
    await this.page.getByRole("button", { name: /^Completed/, expanded: false }).click();
  }

  /** Waits until these are the titles of the open tasks, in this order. @param {string[]} expected */
  async expectTasks(expected) {
    await expectTitles(this, "Tasks", expected);
  }

  /** Waits until these are the titles of the completed tasks that are shown. @param {string[]} expected */
  async expectCompleted(expected) {
    await expectTitles(this, "Completed tasks", expected);
  }

  /** The next response of the API to this method. @param {string} method */
  nextResponse(method) {
    return this.page.waitForResponse(
      (response) => response.request().method() === method && /\/tasks(\/(?!tags|events)|\?|$)/.test(response.url()),
    );
  }

  /**
   * The body of a response of the API to a request beside the page, with a token of the user.
   *
   * @param {string} method @param {string} path @param {unknown} [data]
   */
  async request(method, path, data) {
    const { origin, apiUrl } = this.addresses;
    const { request } = this.page;
    const { token } = await (await request.get(`${origin}/api/auth/token`)).json();
    const response = await request.fetch(`${apiUrl}/api${path}`, { method, data, headers: { Authorization: `Bearer ${token}` } });
    assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${await response.text()}`);
    return response.json();
  }

  /** All tasks that the API has outside the trash, in their manual order. @returns {Promise<any[]>} */
  tasksOfApi() {
    return this.request("GET", "/tasks?sort=position&limit=1000");
  }

  /** What scripts can find: the places for a token, and the databases with the tasks. */
  stored() {
    return this.page.evaluate(async () => {
      /** @param {IDBRequest} request @returns {Promise<any>} */
      const result = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const databases = [];
      for (const { name } of await indexedDB.databases()) {
        /** @type {IDBDatabase} */
        const database = await result(indexedDB.open(String(name)));
        for (const store of database.objectStoreNames) {
          const values = database.transaction(store).objectStore(store);
          databases.push(...(await Promise.all([result(values.getAllKeys()), result(values.getAll())])));
        }
        database.close();
      }
      return {
        local: Object.keys(localStorage).map((key) => `${key}=${localStorage.getItem(key)}`),
        session: Object.values(sessionStorage),
        cookies: document.cookie,
        databases: JSON.stringify(databases),
      };
    });
  }
}

/** Whether the token of a request was valid when the page sent it, and has expired. @param {import("playwright-core").Request} request */
function expiredInTransit(request) {
  const payload = request.headers().authorization?.split(".")[1];
  if (!payload) return false;
  const end = JSON.parse(Buffer.from(payload, "base64url").toString()).exp * 1000;
  return request.timing().startTime < end && end <= Date.now();
}

/** @param {User} user @param {string} list @param {string[]} expected */
async function expectTitles(user, list, expected) {
  const boxes = user.page.getByRole("list", { name: list, exact: true }).getByRole("checkbox");
  /** @type {(string | null)[]} */
  let shown = [];
  await until(
    () => `${user.name} has the ${list.toLowerCase()} ${JSON.stringify(expected)}, not ${JSON.stringify(shown)}`,
    async () => {
      shown = await boxes.evaluateAll((all) => all.map((box) => box.getAttribute("aria-label")));
      return JSON.stringify(shown) === JSON.stringify(expected);
    },
  );
}

/** Polls for a condition without an event. @param {string | (() => string)} name @param {() => Promise<boolean>} holds */
export async function until(name, holds) {
  const deadline = Date.now() + TIMEOUT;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `timed out: ${typeof name === "string" ? name : name()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The date so many days after today, as the browser sees it. @param {number} days */
export function dayFromToday(days) {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
