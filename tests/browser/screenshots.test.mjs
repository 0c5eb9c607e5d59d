// Pictures of the main states, light and dark, wide and narrow, into `target/pictures` (or $PICTURES).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { world } from "./world.mjs";

const FOLDER = process.env.PICTURES ?? join(import.meta.dirname, "../../target/pictures");
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 720 } };

const TASKS = [
  "Call grandma on Sunday",
  "Renew the library card",
  "שלום עולם: לקנות חלב",
  "Plan the birthday: cake, candles, a very long list of guests, and somewhere for all of them to sit down",
  "Water the plants",
  "Buy oat milk",
];

test("every main state fits its window, light and dark, wide and narrow", async (t) => {
  await mkdir(FOLDER, { recursive: true });
  const { person, origin, apiUrl, apiGoes, apiComes } = await world(t);
  const alice = await person("Alice", { deviceScaleFactor: 2 });
  const { page } = alice;

  /** The page as it is, in each of its forms. */
  const take = async (name) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const [width, size] of Object.entries(SIZES)) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(size);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} px too wide when ${width}`);
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      }
    }
    await page.setViewportSize(SIZES.wide);
  };

  await page.getByText("Nothing to do yet").waitFor();
  await take("empty");
  for (const title of TASKS) await alice.add(title);
  await alice.edit("Buy oat milk", { description: "Two litres, the one with the blue cap." });
  await alice.edit("Renew the library card", { description: "The old one ends in December." });
  await alice.complete("Water the plants");
  await page.reload();
  await alice.heading();
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

  await apiGoes();
  await page.getByLabel("New task").fill("Written while it is away");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ }).waitFor();
  await take("away");
  await page.reload();
  await page.locator("[aria-busy=true]").first().waitFor();
  await take("loading");
  await apiComes();
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });

  await alice.signOut();
  await take("sign-in");
  await page.goto(`${origin}/sign-up`);
  await take("sign-up");
  await page.goto(`${apiUrl}/`);
  await take("root");
  await page.goto(`${apiUrl}/docs`);
  await page.getByText("Creates a task").first().waitFor();
  await take("docs");
});
