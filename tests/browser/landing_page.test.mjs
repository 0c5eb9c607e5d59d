// Somebody opens the address of the service in a browser.

import assert from "node:assert/strict";

import { launch } from "./browser.mjs";
import { complaintsOf } from "./complaints.mjs";

const { TASKNOOK_URL } = process.env;

const browser = await launch();

try {
  const grounds = new Set();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const complaints = await complaintsOf(page, TASKNOOK_URL);
      const response = await page.goto(TASKNOOK_URL, { waitUntil: "networkidle" });
      const policy = response.headers()["content-security-policy"];
      assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
      assert.equal(await page.locator("h1").innerText(), "Tasknook");
      assert.match(await page.locator(".version").innerText(), /^\d+\.\d+\.\d+/);
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(needed <= there, `${needed} pixels are needed where there are ${there}`);
      for (const link of await page.locator("nav a").all()) {
        const target = new URL(await link.getAttribute("href"), TASKNOOK_URL);
        assert.equal((await context.request.get(target.href)).status(), 200, target.href);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    }
  }
  assert.equal(grounds.size, 2, "light is not dark");
  console.log("the front door was opened");
} finally {
  await browser.close();
}
