import assert from "node:assert/strict";

/** Somebody at a browser, who finds things on the page by what they are called. */
export class Person {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {{ origin: string, apiUrl: string }} addresses
   * @param {string} name
   * @param {import("playwright-core").BrowserContextOptions} options
   */
  static async open(browser, addresses, name, options) {
    const context = await browser.newContext({ baseURL: addresses.origin, ...options });
    return new Person(context, await context.newPage(), addresses, name);
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
     * What the API answered, and Better Auth when asked for a token.
     *
     * @type {{ method: string, path: string, status: number }[]}
     */
    this.answers = [];
    /** What must not happen on any page. @type {string[]} */
    this.faults = [];
    context.on("page", (opened) => this.#watch(opened));
    this.#watch(page);
  }

  /** @param {import("playwright-core").Page} page */
  #watch(page) {
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      // The browser's own word for an answer of 400 or more, and for none, which the tests bring about.
      const expected = /^Failed to load resource|blocked by CORS policy/.test(message.text());
      if (message.type() === "error" && !expected) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      if (request.url().startsWith("data:")) return;
      const { origin } = new URL(request.url());
      if (![this.addresses.origin, this.addresses.apiUrl].includes(origin)) this.faults.push(`asked ${request.url()}`);
    });
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      const ofTasks = response.url().startsWith(this.addresses.apiUrl) || pathname.startsWith("/backend/");
      if (!ofTasks && pathname !== "/api/auth/token") return;
      const method = response.request().method();
      if (method !== "OPTIONS") this.answers.push({ method, path: pathname, status: response.status() });
    });
  }

  /** The same person in another tab. */
  async tab() {
    const page = await this.context.newPage();
    const tab = Object.assign(Object.create(Person.prototype), this, { page });
    await page.goto("/tasks");
    await tab.heading();
    return /** @type {Person} */ (tab);
  }

  /** Nothing went wrong on the way, and nothing was kept where scripts of others find it. */
  verify() {
    assert.deepEqual(this.faults, []);
  }

  async signUp() {
    await this.page.goto("/sign-up");
    await this.page.getByLabel("Name").fill(this.name);
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Sign up" }).click();
    await this.heading();
  }

  async signIn() {
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.heading();
  }

  async signOut() {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("button", { name: "Sign in" }).waitFor();
  }

  /** The task page of this person, ready. */
  async heading() {
    await this.page.waitForURL("**/tasks*");
    await this.page.getByText(this.name, { exact: true }).first().waitFor();
    await this.page.getByRole("button", { name: "Sign out" }).waitFor();
  }

  /** @param {string} title */
  task(title) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByRole("checkbox", { name: title, exact: true }) });
  }

  /** @param {string} title */
  box(title) {
    return this.page.getByRole("checkbox", { name: title, exact: true });
  }

  /** Adds a task and waits until the API has it. @param {string} title */
  async add(title) {
    const created = this.answered("POST");
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

  /** @param {string} title @param {{ title?: string, description?: string }} changes */
  async edit(title, changes) {
    const dialog = await this.openEditor(title);
    if (changes.title !== undefined) await dialog.getByLabel("Title").fill(changes.title);
    if (changes.description !== undefined) await dialog.getByLabel("Description").fill(changes.description);
    const saved = this.answered("PATCH");
    await dialog.getByRole("button", { name: "Save" }).click();
    assert.equal((await saved).status(), 200);
    await dialog.waitFor({ state: "hidden" });
  }

  /** Ticks or unticks, and waits until the API has it. @param {string} title @param {boolean} wanted */
  async complete(title, wanted = true) {
    const saved = this.answered("PATCH");
    await this.box(title).setChecked(wanted);
    assert.equal((await saved).status(), 200);
  }

  /** @param {string} title */
  async remove(title) {
    await this.page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
    const deleted = this.answered("DELETE");
    await this.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    assert.equal((await deleted).status(), 204);
    await this.task(title).waitFor({ state: "detached" });
  }

  /** @param {string} text */
  async search(text) {
    await this.page.getByRole("searchbox", { name: "Search" }).fill(text);
  }

  /** @param {"All" | "To do" | "Done"} which */
  async show(which) {
    await this.page.getByText(which, { exact: true }).click();
  }

  /** Waits until the titles on the page are these. @param {string[]} expected */
  async sees(expected) {
    const rows = this.page.getByRole("list", { name: "Tasks" }).getByRole("listitem");
    await until(`${this.name} sees ${expected}`, async () => {
      const shown = await rows.allInnerTexts();
      return shown.length === expected.length && expected.every((title, at) => shown[at]?.split("\n").includes(title));
    });
  }

  /** The next answer of the API to this method. @param {string} method */
  answered(method) {
    return this.page.waitForResponse(
      (response) => response.request().method() === method && /\/tasks(\/|\?|$)/.test(response.url()),
    );
  }

  /** Everything that scripts could find of a token on this page. */
  stored() {
    return this.page.evaluate(() => ({
      local: Object.keys(localStorage).map((key) => `${key}=${localStorage.getItem(key)}`),
      session: Object.values(sessionStorage),
      cookies: document.cookie,
    }));
  }
}

/** Waits for a condition that no event tells of. @param {string} what @param {() => Promise<boolean>} holds */
export async function until(what, holds) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
