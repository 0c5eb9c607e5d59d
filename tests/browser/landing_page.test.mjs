// The landing page of the service, at TASKNOOK_URL.

import assert from "node:assert/strict";
import { test } from "node:test";

import { launch } from "./browser.mjs";
import { servicePageErrors } from "./page-errors.mjs";

const { TASKNOOK_URL } = process.env;

test("the landing page fits light, dark, wide and narrow windows", async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const backgrounds = new Set();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const errors = await servicePageErrors(page, TASKNOOK_URL);
      const response = await page.goto(TASKNOOK_URL, { waitUntil: "networkidle" });
      const policy = response.headers()["content-security-policy"];
      assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
      assert.equal(await page.locator("h1").innerText(), "Tasknook");
      assert.match(await page.locator(".version").innerText(), /^\d+\.\d+\.\d+/);
      backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      const [needed, available] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(needed <= available, `${needed} of ${available} pixels`);
      for (const link of await page.locator("nav a").all()) {
        const target = new URL(await link.getAttribute("href"), TASKNOOK_URL);
        assert.equal((await context.request.get(target.href)).status(), 200, target.href);
      }
      assert.deepEqual(errors, []);
      await context.close();
    }
  }
  assert.equal(backgrounds.size, 2, "light differs from dark");
});
