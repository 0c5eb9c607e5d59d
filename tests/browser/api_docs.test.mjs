// A developer reads the API at /docs and tries it with a token that they paste.

import assert from "node:assert/strict";

import { launch } from "./browser.mjs";
import { complaintsOf } from "./complaints.mjs";

const { TASKNOOK_URL, TASKNOOK_TOKEN } = process.env;

const browser = await launch();
const page = await browser.newPage();
const complaints = await complaintsOf(page, TASKNOOK_URL);

/** Opens a part of the page, and gives it. */
async function open(operation) {
  const part = page.locator(`[id="operations-own_tasks-own_${operation}"]`);
  await part.locator(".opblock-summary-control").click();
  await part.locator(".execute").waitFor();
  return part;
}

/** Sends what the part holds, and gives what the page shows of the answer. */
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

try {
  const response = await page.goto(`${TASKNOOK_URL}/docs`);
  const policy = response.headers()["content-security-policy"];
  assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
  await page.locator(".opblock").first().waitFor();
  assert.equal(await page.locator(".opblock").count(), 22);
  assert.match(await page.locator(".info .title").innerText(), /^Tasknook/);

  const list = await open("list_tasks");
  const refused = await send(list);
  assert.deepEqual([refused.status, refused.body.code], ["401", "missing_token"]);

  await page.locator(".auth-wrapper .authorize").first().click();
  await page.locator(".modal-ux input").fill(TASKNOOK_TOKEN);
  await page.locator(".modal-ux .authorize").click();
  await page.locator(".modal-ux .btn-done").click();

  const create = await open("create_task");
  const body = create.locator("textarea.body-param__text");
  await body.fill(JSON.stringify({ title: "From the page" }));
  const created = await send(create);
  assert.deepEqual([created.status, created.body.title], ["201", "From the page"]);
  await body.fill(JSON.stringify({ title: " " }));
  const invalid = await send(create);
  assert.deepEqual([invalid.status, invalid.body.errors[0].loc], ["422", ["body", "title"]]);

  const listed = await send(list);
  assert.deepEqual([listed.status, listed.body.map((task) => task.id)], ["200", [created.body.id]]);

  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.ok(!kept.includes(TASKNOOK_TOKEN), "the token is in the memory of the page alone");
  assert.equal(new URL(page.url()).hash, "#/own%20tasks/own_create_task", "what is open has an address");

  await page.emulateMedia({ colorScheme: "light" });
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction((light) => getComputedStyle(document.body).backgroundColor !== light, light);

  // The browser itself notes an answer that is not 2xx.
  const noted = complaints.filter((complaint) => !/status of (401|422)/.test(complaint));
  assert.deepEqual(noted, []);
  console.log("the page was read and tried");
} finally {
  await browser.close();
}
