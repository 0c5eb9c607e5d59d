// Screenshots of the main states, light and dark, wide and narrow, in `target/screenshots` (or $SCREENSHOTS).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists, openLists } from "./list-steps.mjs";
import { dayFromToday } from "./user.mjs";

const FOLDER = process.env.SCREENSHOTS ?? join(import.meta.dirname, "../../target/screenshots");
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 720 } };

const TASKS = [
  "Call grandma on Sunday",
  "Renew the library card",
  "שלום עולם: לקנות חלב",
  "Plan the birthday: cake, candles, a very long list of guests, and somewhere for all of them to sit down",
  "Water the plants",
  "Buy oat milk",
];

test("main states fit light and dark, wide and narrow windows", async (t) => {
  await mkdir(FOLDER, { recursive: true });
  const { user, origin, apiUrl, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice", { deviceScaleFactor: 2 });
  const { page } = alice;

  /** The current page in each color scheme and size. */
  const take = async (name) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const [width, size] of Object.entries(SIZES)) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(size);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} px too wide when ${width}`);
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      }
    }
    await page.setViewportSize(SIZES.wide);
  };

  await page.getByText("Nothing to do yet").waitFor();
  await take("empty");
  await createLists(alice, ["Home", "Family"]);
  await openLists(alice);
  await take("lists");
  await page.keyboard.press("Escape");
  for (const title of TASKS) await alice.add(title);
  await alice.edit("Buy oat milk", { description: "Two litres, the one with the blue cap." });
  await alice.edit("Renew the library card", { description: "The old one ends in December.", due: dayFromToday(-1) });
  await alice.edit("Buy oat milk", { due: dayFromToday(0), time: "18:00", priority: "high", tags: "errands, kitchen", list: "Home" });
  await alice.edit("Call grandma on Sunday", { due: dayFromToday(5), priority: "urgent", list: "Family" });
  await alice.complete("Water the plants");
  await page.reload();
  await alice.ready();
  await take("tasks");

  const dialog = await alice.openEditor("Buy oat milk");
  await take("edit");
  const other = await alice.tab();
  await other.edit("Buy oat milk", { title: "Buy soy milk" });
  await other.page.close();
  await dialog.getByLabel("Title").fill("Buy almond milk");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("This task was changed elsewhere").first().waitFor();
  await take("conflict");
  await page.getByRole("button", { name: "Take theirs" }).click();
  await alice.remove("Water the plants");
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await take("undo");
  await page.getByRole("button", { name: "Undo" }).click();
  await alice.task("Water the plants").waitFor();

  await killApi();
  await page.getByLabel("New task").fill("Written while it is unavailable");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ }).waitFor();
  await take("unavailable");
  await page.reload();
  await page.locator("[aria-busy=true]").first().waitFor();
  await take("loading");
  await restartApi();
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });

  await alice.signOut();
  await take("sign-in");
  await page.goto(`${origin}/sign-up`);
  await take("sign-up");
  await page.goto(`${apiUrl}/`);
  await take("landing-page");
  await page.goto(`${apiUrl}/docs`);
  await page.getByText("Creates a task").first().waitFor();
  await take("docs");
});
