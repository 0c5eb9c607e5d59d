// The API documentation at TASKNOOK_URL/docs, tried with the token TASKNOOK_TOKEN.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launch } from "./browser.mjs";
import { servicePageErrors } from "./page-errors.mjs";

const { TASKNOOK_URL, TASKNOOK_TOKEN } = process.env;

/** The browser's own message for a response that is not 2xx. */
const EXPECTED = /status of (401|422)/;

/** Opens an operation on the page, and returns its part. */
async function open(page, operation) {
  const part = page.locator(`[id="operations-own_tasks-own_${operation}"]`);
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

test("the API documentation can be read and tried", async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const errors = await servicePageErrors(page, TASKNOOK_URL, EXPECTED);

  const response = await page.goto(`${TASKNOOK_URL}/docs`);
  const policy = response.headers()["content-security-policy"];
  assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
  await page.locator(".opblock").first().waitFor();
  const { paths } = await (await fetch(`${TASKNOOK_URL}/openapi.json`)).json();
  const operations = Object.values(paths).flatMap((path) => Object.values(path).filter((part) => part.responses));
  assert.equal(await page.locator(".opblock").count(), operations.length);
  assert.match(await page.locator(".info .title").innerText(), /^Tasknook/);

  const list = await open(page, "list_tasks");
  const rejected = await send(list);
  assert.deepEqual([rejected.status, rejected.body.code], ["401", "missing_token"]);

  await page.locator(".auth-wrapper .authorize").first().click();
  await page.locator(".modal-ux input").fill(TASKNOOK_TOKEN);
  await page.locator(".modal-ux .authorize").click();
  await page.locator(".modal-ux .btn-done").click();

  const create = await open(page, "create_task");
  const body = create.locator("textarea.body-param__text");
  await body.fill(JSON.stringify({ title: "From the page" }));
  const created = await send(create);
  assert.deepEqual([created.status, created.body.title], ["201", "From the page"]);
  await body.fill(JSON.stringify({ title: " " }));
  const invalid = await send(create);
  assert.deepEqual([invalid.status, invalid.body.errors[0].loc], ["422", ["body", "title"]]);

  const listed = await send(list);
  assert.deepEqual([listed.status, listed.body.map((task) => task.id)], ["200", [created.body.id]]);

  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.ok(!stored.includes(TASKNOOK_TOKEN), "the token is only in the memory of the page");
  assert.equal(new URL(page.url()).hash, "#/own%20tasks/own_create_task", "an open operation has a URL");

  await page.emulateMedia({ colorScheme: "light" });
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction((light) => getComputedStyle(document.body).backgroundColor !== light, light);

  assert.deepEqual(errors, []);
});
