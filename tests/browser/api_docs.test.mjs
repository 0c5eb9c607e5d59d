// The API documentation at TASKNOOK_URL/docs, tried with the token TASKNOOK_TOKEN.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";

import { launch } from "./browser.mjs";
import { servicePageErrors } from "./page-errors.mjs";

const { TASKNOOK_URL, TASKNOOK_TOKEN } = process.env;

/** The browser's own message for a response that is not 2xx, and a warning of Swagger UI about operations with `_`. */
const EXPECTED = /status of (401|422)|escaping deep link whitespace/;

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await launch();
after(() => browser.close());

/** Opens the page in a tab. */
async function visit(page) {
  const response = await page.goto(`${TASKNOOK_URL}/docs`);
  await page.locator(".opblock").first().waitFor();
  return response;
}

/** The operation of the page with this id. */
const operation = (page, id) => page.locator(`[id="operations-own_tasks-own_${id}"]`);

/** Opens an operation on the page, and returns its part. */
async function open(page, id) {
  const part = operation(page, id);
  await part.locator(".opblock-summary-control").click();
  await part.locator(".execute").waitFor();
  return part;
}

/** Sends the request of the part, and returns the response that the page shows. */
async function send(part) {
  const clear = part.locator(".btn-clear");
  if (await clear.count()) await clear.click();
  await part.locator(".execute").click();
  const live = part.locator(".live-responses-table");
  await live.waitFor();
  const status = (await live.locator(".response .response-col_status").innerText()).trim().split("\n")[0];
  const body = await live.locator(".highlight-code code, .highlight-code .microlight").first().innerText();
  return { status, body: JSON.parse(body) };
}

/** Enters a token, or what contains one. */
async function enterToken(page, text) {
  await page.getByLabel("Token, or the response of").fill(text);
  await page.getByRole("button", { name: "Use token" }).click();
}

/** The state of the token, in words. */
const tokenState = (page) => page.getByRole("status").filter({ hasText: /token/ });

/** What the page has stored in the browser. */
const storage = (page) => page.evaluate(() => ({ local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie }));

test("the API documentation can be read and tried", async () => {
  const page = await browser.newPage();
  const errors = await servicePageErrors(page, TASKNOOK_URL, EXPECTED);

  const response = await visit(page);
  const policy = response.headers()["content-security-policy"];
  assert.ok(policy.includes("default-src 'none'") && !/unsafe|data:/.test(policy), policy);
  const wordmark = page.getByRole("link", { name: "Tasknook", exact: true });
  assert.equal(await wordmark.evaluate((link) => link.href), `${TASKNOOK_URL}/`);

  // A reader sees the routes without the user in the path, and opens the others.
  const { paths } = await (await fetch(`${TASKNOOK_URL}/openapi.json`)).json();
  const operations = (selected) =>
    Object.entries(paths).flatMap(([path, item]) => Object.values(item).filter((part) => part.responses && selected(path, part)));
  const unfolded = operations((_, { tags: [tag] }) => ["own tasks", "own lists", "users"].includes(tag));
  assert.equal(await page.locator(".opblock").count(), unfolded.length);
  for (const tag of ["tasks", "lists", "service"]) await page.getByRole("button", { name: tag, exact: true }).click();
  const listed = operations((path) => !path.startsWith("/docs"));
  assert.equal(await page.locator(".opblock").count(), listed.length);

  const list = await open(page, "list_tasks");
  const rejected = await send(list);
  assert.deepEqual([rejected.status, rejected.body.code], ["401", "missing_token"]);

  await enterToken(page, "session-token");
  await tokenState(page).filter({ hasText: "This is not a token" }).waitFor();
  await enterToken(page, JSON.stringify({ token: TASKNOOK_TOKEN }));
  await tokenState(page).filter({ hasText: "of alice" }).waitFor();

  const create = await open(page, "create_task");
  const body = create.locator("textarea.body-param__text");
  await body.fill(JSON.stringify({ title: "From the page" }));
  const created = await send(create);
  assert.deepEqual([created.status, created.body.title], ["201", "From the page"]);
  await body.fill(JSON.stringify({ title: " " }));
  const invalid = await send(create);
  assert.deepEqual([invalid.status, invalid.body.errors[0].loc], ["422", ["body", "title"]]);

  const found = await send(list);
  assert.deepEqual([found.status, found.body.map((task) => task.id)], ["200", [created.body.id]]);
  assert.equal(new URL(page.url()).hash, "#/own%20tasks/own_create_task", "an open operation has a URL");

  await page.reload();
  await operation(page, "create_task").locator(".execute").waitFor();
  assert.deepEqual(errors, []);
});

test("the token of the API documentation is the tab's", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await visit(page);
  await enterToken(page, `Bearer ${TASKNOOK_TOKEN}`);
  await tokenState(page).filter({ hasText: "of alice" }).waitFor();
  await page.reload();
  await page.locator(".opblock").first().waitFor();
  await tokenState(page).filter({ hasText: "of alice" }).waitFor();
  assert.equal((await send(await open(page, "list_tags"))).status, "200");
  const stored = await storage(page);
  assert.deepEqual([stored.local, stored.session, stored.cookie], [{}, { "tasknook.token": TASKNOOK_TOKEN }, ""]);

  const other = await context.newPage();
  await visit(other);
  await tokenState(other).filter({ hasText: "Requests have no token." }).waitFor();
  assert.equal((await send(await open(other, "list_tags"))).status, "401");

  await page.getByRole("button", { name: "Forget token" }).click();
  await tokenState(page).filter({ hasText: "Requests have no token." }).waitFor();
  assert.deepEqual((await storage(page)).session, {});
  assert.equal((await send(operation(page, "list_tags"))).status, "401");
});

for (const colorScheme of ["light", "dark"]) {
  test(`the API documentation is accessible in ${colorScheme}`, async () => {
    for (const width of [1280, 320]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      const page = await context.newPage();
      await visit(page);
      await page.addScriptTag({ path: AXE });

      /** Nothing is wrong with the page as it is, and it fits its window. */
      const check = async (state) => {
        const violations = await page.evaluate(async (runOnly) => {
          const { violations } = await axe.run(document, { runOnly });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
        }, RULES);
        assert.deepEqual(violations, [], `${state} at ${width} px`);
        const [needed, available] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(needed <= available, `${state} needs ${needed} of ${available} px`);
      };

      await page.getByText("How to get a token").click();
      await enterToken(page, "no token");
      await check("with an error");
      await enterToken(page, TASKNOOK_TOKEN);
      const task = await open(page, "get_task");
      await task.getByLabel("id", { exact: true }).fill("01234567-89ab-7cde-8f01-23456789abcd");
      await send(task);
      const create = await open(page, "create_task");
      await create.getByRole("tab", { name: "Schema" }).first().click();
      await create.getByRole("button", { name: "Examples and headers of errors" }).click();
      await page.getByRole("button", { name: "Schemas" }).click();
      await page.getByRole("button", { name: "Task", exact: true }).last().click();
      await check("with a response and schemas");
      await context.close();
    }
  });
}

test("the API documentation follows the color scheme", async () => {
  const page = await browser.newPage({ colorScheme: "light" });
  await visit(page);
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction((light) => getComputedStyle(document.body).backgroundColor !== light, light);
});
