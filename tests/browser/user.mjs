import assert from "node:assert/strict";

import { pageErrors } from "./page-errors.mjs";

/** The browser's own message for a response of 400 or more, and for none, which the tests cause. */
const EXPECTED = /^Failed to load resource|blocked by CORS policy/;

/** The requests for events. */
export const EVENTS = "**/tasks/events";

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
     * @type {{ method: string, path: string, status: number }[]}
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
      if (method !== "OPTIONS") this.responses.push({ method, path: pathname, status: response.status() });
    });
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

  async signOut() {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("button", { name: "Sign in" }).waitFor();
  }

  /** Waits until the task page of this user is ready. */
  async ready() {
    await this.page.waitForURL("**/tasks*");
    await this.page.getByText(this.name, { exact: true }).first().waitFor();
    await this.page.getByRole("button", { name: "Sign out" }).waitFor();
    // Disabled until the page is hydrated.
    await this.page.getByRole("button", { name: "Add", exact: true }).and(this.page.locator(":enabled")).waitFor();
  }

  /** @param {string} title */
  task(title) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByRole("checkbox", { name: title, exact: true }) });
  }

  /** @param {string} title */
  checkbox(title) {
    return this.page.getByRole("checkbox", { name: title, exact: true });
  }

  /** Adds a task and waits until the API has it. @param {string} title */
  async add(title) {
    const created = this.nextResponse("PUT");
    await this.page.getByLabel("New task").fill(title);
    await this.page.getByRole("button", { name: "Add", exact: true }).click();
    await this.task(title).waitFor();
    assert.equal((await created).status(), 201);
  }

  /** @param {string} title */
  async openEditor(title) {
    await this.page.getByRole("button", { name: `Edit ${title}`, exact: true }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Save" }).and(dialog.locator(":enabled")).waitFor();
    return dialog;
  }

  /** @param {string} title @param {{ title?: string, description?: string, due?: string, time?: string, priority?: string, tags?: string, list?: string }} changes */
  async edit(title, changes) {
    const dialog = await this.openEditor(title);
    if (changes.title !== undefined) await dialog.getByLabel("Title").fill(changes.title);
    if (changes.description !== undefined) await dialog.getByLabel("Description").fill(changes.description);
    if (changes.due !== undefined) await dialog.getByLabel("Due date").fill(changes.due);
    if (changes.time !== undefined) await dialog.getByLabel("Time").fill(changes.time);
    if (changes.priority !== undefined) await dialog.getByLabel("Priority").selectOption(changes.priority);
    if (changes.list !== undefined) await dialog.getByLabel("List").selectOption({ label: changes.list });
    if (changes.tags !== undefined) await dialog.getByLabel("Tags").fill(changes.tags);
    const saved = this.nextResponse("PATCH");
    await dialog.getByRole("button", { name: "Save" }).click();
    assert.equal((await saved).status(), 200);
    await dialog.waitFor({ state: "hidden" });
  }

  /** Checks or unchecks, and waits until the API has it. @param {string} title @param {boolean} wanted */
  async complete(title, wanted = true) {
    const saved = this.nextResponse("PATCH");
    await this.checkbox(title).setChecked(wanted);
    assert.equal((await saved).status(), 200);
  }

  /** @param {string} title */
  async remove(title) {
    await this.page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
    const deleted = this.nextResponse("DELETE");
    await this.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    assert.equal((await deleted).status(), 204);
    await this.task(title).waitFor({ state: "detached" });
  }

  /** @param {string} text */
  async search(text) {
    await this.page.getByRole("searchbox", { name: "Search" }).fill(text);
  }

  /** @param {"All" | "To do" | "Done"} which */
  async filter(which) {
    await this.page.getByText(which, { exact: true }).click();
  }

  /** Filters by a member. @param {"Due date" | "Priority" | "Tag" | "List"} member @param {string} option */
  async filterBy(member, option) {
    await this.page.getByRole("main").getByLabel(member, { exact: true }).selectOption({ label: option });
  }

  /** Waits until these are the titles on the page. @param {string[]} expected */
  async expectTasks(expected) {
    const rows = this.page.getByRole("list", { name: "Tasks" }).getByRole("listitem");
    await until(`${this.name} has the tasks ${expected}`, async () => {
      const shown = await rows.allInnerTexts();
      return shown.length === expected.length && expected.every((title, at) => shown[at]?.split("\n").includes(title));
    });
  }

  /** The next response of the API to this method. @param {string} method */
  nextResponse(method) {
    return this.page.waitForResponse(
      (response) => response.request().method() === method && /\/tasks(\/(?!tags|events)|\?|$)/.test(response.url()),
    );
  }

  /** The places where scripts could find a token. */
  stored() {
    return this.page.evaluate(() => ({
      local: Object.keys(localStorage).map((key) => `${key}=${localStorage.getItem(key)}`),
      session: Object.values(sessionStorage),
      cookies: document.cookie,
    }));
  }
}

/** Polls for a condition without an event. @param {string} name @param {() => Promise<boolean>} holds */
export async function until(name, holds) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `timed out: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The date so many days after today, as the browser sees it. @param {number} days */
export function dayFromToday(days) {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
