// Screenshots of a state of a page, and checks that nothing is wrong with it in any of them.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const FOLDER = process.env.SCREENSHOTS ?? join(import.meta.dirname, "../../target/screenshots");
const SIZES = [
  { width: 320, height: 640 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Returns a function that takes a state of a page in each size and color scheme. After the test, all that was wrong is reported.
 *
 * @param {import("node:test").TestContext} t
 */
export function screenshots(t) {
  mkdirSync(FOLDER, { recursive: true });
  /** @type {string[]} */
  const problems = [];
  t.after(() => assert.deepEqual(problems, []));

  /**
   * @param {string} name
   * @param {import("playwright-core").Locator} shown What the state is about: it must be visible in each picture.
   * @param {{ upTo?: number }} options `upTo` is the largest width of the state.
   */
  return async function take(name, shown, { upTo = Infinity } = {}) {
    const page = shown.page();
    const before = page.viewportSize();
    for (const size of SIZES.filter(({ width }) => width <= upTo)) {
      await page.setViewportSize(size);
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const state = `${name}-${size.width}-${colorScheme}`;
        await shown.scrollIntoViewIfNeeded();
        await page.evaluate(laidOut);
        await page.screenshot({ path: join(FOLDER, `${state}.png`) });
        for (const problem of await problemsOf(page)) problems.push(`${state}: ${problem}`);
        assert.ok(await shown.isVisible(), `${state} shows another state`);
      }
    }
    if (before) await page.setViewportSize(before);
  };
}

/** Rows are measured in one frame, and placed in the next one. */
function laidOut() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
async function problemsOf(page) {
  // Not a script element, which the policy of the service does not allow.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async (runOnly) => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly, resultTypes: ["violations"] });
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    const { scrollWidth } = document.documentElement;
    return scrollWidth > innerWidth ? [...found, `${scrollWidth - innerWidth} px too wide`] : found;
  }, RULES);
}
