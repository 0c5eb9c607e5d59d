// Every state of the application at three widths, light and dark: in `target/screenshots` (or $SCREENSHOTS), without a
// violation of an accessibility rule, and no wider than the window.

import { test } from "node:test";

import { startContext } from "./context.mjs";
import { screenshots } from "./screenshots.mjs";
import { dayFromToday } from "./user.mjs";

/** The lists and their colors, by their labels. */
const LISTS = { Home: "Blue", Work: "Purple", Family: undefined };

const LONG = "Plan the birthday: cake, candles, a very long list of guests, and enough chairs for all of them to sit down";
const TASKS = ["Book flights", "שלום עולם: לקנות חלב", LONG, "Water the plants", "Return the drill", "🎂 Bake a cake", "Buy oat milk"];

const dialog = (page) => page.getByRole("dialog");

/** Creates a list with the dialog of the sidebar. */
async function createList({ page }, name, color) {
  await page.getByRole("button", { name: "New list", exact: true }).click();
  await dialog(page).getByLabel("Name").fill(name);
  if (color) await dialog(page).getByLabel(color, { exact: true }).check({ force: true });
  await dialog(page).getByRole("button", { name: "Create list" }).click();
  await dialog(page).waitFor({ state: "detached" });
}

/** All kinds of tasks. */
async function fillIn(user) {
  for (const [name, color] of Object.entries(LISTS)) await createList(user, name, color);
  await user.view("All tasks");
  for (const title of TASKS) await user.type(title);
  await user.saved();
  await user.edit("Buy oat milk", {
    description: "Two litres, the one with the blue cap.\nhttps://example.com/milk",
    due: dayFromToday(0),
    time: "18:00",
    priority: "high",
    tags: "errands, kitchen",
    list: "Home",
  });
  await user.edit("🎂 Bake a cake", { due: dayFromToday(1), list: "Family", priority: "urgent" });
  await user.edit("Return the drill", { description: "The one of the neighbours.", due: dayFromToday(-1), tags: "errands" });
  await user.edit(LONG, { description: "Ask who comes ".repeat(12), priority: "low", list: "Family" });
  await user.edit("Book flights", { due: dayFromToday(40), list: "Work", tags: "a tag that is rather long for a row, travel" });
  await user.complete("Water the plants");
  await user.dismissNotices();
}

test("views of tasks fit, and are accessible", async (t) => {
  const { user } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await page.getByText("Nothing to do yet").waitFor();
  await take(page, "empty");
  await fillIn(alice);
  await take(page, "list");

  await page.getByLabel("New task").fill("Pay rent tomorrow 9am !high #home @Work");
  await page.getByRole("list", { name: "Recognized" }).getByRole("listitem").nth(3).waitFor();
  await take(page, "quick-add");
  await page.getByLabel("New task").fill("");

  await alice.openEditor("Buy oat milk");
  await take(page, "editor");
  await page.keyboard.press("Escape");
  await alice.openEditor("🎂 Bake a cake");
  await alice.fill({ title: "x".repeat(201) });
  await take(page, "editor-error");
  await alice.fill({ title: "🎂 Bake a cake" });
  await page.keyboard.press("Escape");

  await alice.showCompleted();
  await take(page, "completed");

  await alice.search("no such task");
  await page.getByText("No task matches.").waitFor();
  await take(page, "no-result");
  await alice.search("");

  for (const name of ["Today", "Family"]) {
    await alice.view(name);
    await take(page, `view-${name.toLowerCase()}`);
  }
  await alice.view("All tasks");
  await alice.remove("Return the drill");
  await page.getByRole("button", { name: "Undo" }).first().waitFor();
  await take(page, "undo");
  await alice.dismissNotices();

  await alice.remove(LONG);
  await alice.dismissNotices();
  await alice.view("Trash");
  await page.getByRole("list", { name: "Deleted tasks" }).waitFor();
  await take(page, "trash");
});

test("dialogs and the menu fit, and are accessible", async (t) => {
  const { user } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await fillIn(alice);

  await page.keyboard.press("Control+k");
  await take(page, "palette");
  await dialog(page).getByRole("combobox").fill("milk");
  await take(page, "palette-typed");
  await page.keyboard.press("Escape");

  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  await dialog(page).waitFor();
  await take(page, "shortcuts");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "New list", exact: true }).click();
  await take(page, "list-new");
  await page.keyboard.press("Escape");
  const edit = page.getByRole("button", { name: "Edit list Home" });
  await edit.click();
  await take(page, "list-edit");
  await dialog(page).getByRole("button", { name: "Delete …" }).click();
  await take(page, "list-delete");
  await page.keyboard.press("Escape");

  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByRole("button", { name: "Open the menu" }).click();
  await dialog(page).waitFor();
  await take(page, "drawer", { upTo: 768 });
});

test("states without a connection fit, and are accessible", async (t) => {
  const { user, device, killApi, restartApi, apiUrl } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await fillIn(alice);
  const other = await device(alice);

  await alice.context.setOffline(true);
  await page.getByText("You are offline").waitFor();
  await alice.openEditor("Buy oat milk");
  await alice.fill({ title: "Buy almond milk", priority: "low" });
  await page.keyboard.press("Escape");
  await alice.type("Written on the train");
  await alice.dismissNotices();
  await take(page, "offline");

  await other.edit("Buy oat milk", { title: "Buy soy milk, the one with the blue cap, and bread", priority: "urgent" });
  await alice.context.setOffline(false);
  await page.getByRole("button", { name: "Decide" }).waitFor();
  await take(page, "conflict-banner");
  await page.getByRole("button", { name: "Decide" }).click();
  await dialog(page).getByText("This task was changed elsewhere").waitFor();
  await take(page, "conflict");
  await dialog(page).getByRole("button", { name: "Edit" }).click();
  await take(page, "conflict-form");
  await page.keyboard.press("Escape");
  await dialog(page).getByRole("button", { name: "Keep mine" }).click();
  await alice.saved();

  await killApi();
  await alice.type("Written while it is unavailable");
  await page.getByText("Tasknook cannot be reached").waitFor();
  await alice.dismissNotices();
  await take(page, "unavailable");
  await restartApi();
  await alice.saved();

  // Nothing is stored on this device yet.
  const bob = await user("Bob");
  await bob.page.route(`${apiUrl}/**`, () => {});
  await bob.page.reload();
  await bob.page.locator("[aria-busy=true]").waitFor();
  await take(bob.page, "loading");
  await bob.page.unrouteAll();
});

test("pages without tasks fit, and are accessible", async (t) => {
  const { user, origin, apiUrl } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await alice.signOut();
  await take(page, "sign-in");

  await page.goto("/sign-up");
  await take(page, "sign-up");
  await page.getByLabel("Name").fill("Alice");
  await page.getByLabel("E-mail").fill(alice.email);
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await take(page, "sign-up-error");

  await page.goto(`${origin}/no-such-page`);
  await take(page, "not-found");
  await page.goto(`${apiUrl}/`);
  await take(page, "landing-page");
  await page.goto(`${apiUrl}/docs`);
  await page.getByText("Creates a task").first().waitFor();
  await take(page, "docs");
});
