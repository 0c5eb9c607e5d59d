// Every state of the application at three widths, light and dark: in `target/screenshots` (or $SCREENSHOTS), without a
// violation of an accessibility rule, and no wider than the window.

import { test } from "node:test";

import { startContext } from "./context.mjs";
import { screenshots } from "./screenshots.mjs";
import { dayFromToday, User } from "./user.mjs";

/** The lists and their colors, by their labels. */
const LISTS = { Home: "Blue", Work: "Purple", Family: undefined };

const LONG = "Plan the birthday: cake, candles, a very long list of guests, and enough chairs for all of them to sit down";
const TASKS = ["Book flights", "שלום עולם: לקנות חלב", LONG, "Water the plants", "Return the drill", "🎂 Bake a cake", "Buy oat milk"];

const dialog = (page) => page.getByRole("dialog");
const heading = (page, name) => page.getByRole("heading", { name, exact: true });

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
  await take("empty", page.getByText("Nothing to do yet"));
  await fillIn(alice);
  await take("list", heading(page, "All tasks"));

  await page.getByLabel("New task").fill("Pay rent tomorrow 9am !high #home @Work");
  await take("quick-add", page.getByRole("list", { name: "Recognized" }).getByRole("listitem").nth(3));
  await page.getByLabel("New task").fill("");

  await alice.openEditor("Buy oat milk");
  await take("editor", alice.editor().getByLabel("Title"));
  await page.keyboard.press("Escape");
  await alice.openEditor("🎂 Bake a cake");
  await alice.fill({ title: "x".repeat(201) });
  await take("editor-error", alice.editor().getByText("these are 201"));
  await alice.fill({ title: "🎂 Bake a cake" });
  await page.keyboard.press("Escape");

  await alice.showCompleted();
  await take("completed", alice.checkbox("Water the plants"));

  await alice.search("no such task");
  await take("no-result", page.getByText("No task matches."));
  await alice.search("");

  for (const name of ["Today", "Family"]) {
    await alice.view(name);
    await take(`view-${name.toLowerCase()}`, heading(page, name));
  }
  await alice.view("All tasks");
  await alice.remove("Return the drill");
  await take("undo", page.getByRole("button", { name: "Undo" }).first());
  await alice.dismissNotices();

  await alice.remove(LONG);
  await alice.dismissNotices();
  await alice.view("Trash");
  await take("trash", page.getByRole("list", { name: "Deleted tasks" }));
});

test("dialogs and the menu fit, and are accessible", async (t) => {
  const { user } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await fillIn(alice);

  await page.keyboard.press("Control+k");
  await take("palette", dialog(page).getByRole("option", { name: "Next 7 days" }));
  await dialog(page).getByRole("combobox").fill("milk");
  await take("palette-typed", dialog(page).getByRole("option", { name: "Buy oat milk" }));
  await page.keyboard.press("Escape");

  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("?");
  await take("shortcuts", heading(page, "Keyboard shortcuts"));
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "New list", exact: true }).click();
  await take("list-new", heading(page, "New list"));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Edit list Home" }).click();
  await take("list-edit", heading(page, "Edit list"));
  await dialog(page).getByRole("button", { name: "Delete …" }).click();
  await take("list-delete", heading(page, "Delete “Home”?"));
  await page.keyboard.press("Escape");

  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByRole("button", { name: "Open the menu" }).click();
  await take("drawer", dialog(page).getByRole("link", { name: "All tasks" }), { upTo: 768 });
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
  await take("offline", page.getByText("You are offline"));

  await other.edit("Buy oat milk", { title: "Buy soy milk, the one with the blue cap, and bread", priority: "urgent" });
  await alice.context.setOffline(false);
  await take("conflict-banner", page.getByRole("button", { name: "Decide" }));
  await page.getByRole("button", { name: "Decide" }).click();
  await take("conflict", heading(page, "This task was changed elsewhere"));
  await dialog(page).getByRole("button", { name: "Edit" }).click();
  await take("conflict-form", dialog(page).getByLabel("Title"));
  await page.keyboard.press("Escape");
  await dialog(page).getByRole("button", { name: "Keep mine" }).click();
  await alice.saved();

  await killApi();
  await alice.type("Written while it is unavailable");
  const banner = page.getByText("Tasknook cannot be reached");
  await banner.waitFor();
  await alice.dismissNotices();
  await take("unavailable", banner);
  await restartApi();
  await alice.saved();

  // A device that has no tasks yet, in a view that the server does not render.
  const storageState = await alice.context.storageState();
  const { page: slow } = await User.open(alice.context.browser(), alice.addresses, "Alice", { storageState });
  await slow.route(`${apiUrl}/**`, () => {});
  await slow.goto("/tasks?view=today");
  await take("loading", slow.locator("[aria-busy=true]"));
});

test("pages without tasks fit, and are accessible", async (t) => {
  const { user, origin, apiUrl } = await startContext(t);
  const take = screenshots(t);
  const alice = await user("Alice");
  const { page } = alice;
  await alice.signOut();
  await take("sign-in", heading(page, "Welcome back"));

  await page.goto("/sign-up");
  await take("sign-up", heading(page, "Create an account"));
  await page.getByLabel("Name").fill("Alice");
  await page.getByLabel("E-mail").fill(alice.email);
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Sign up" }).click();
  await take("sign-up-error", page.getByText("Use at least 8 characters."));

  await page.goto(`${origin}/no-such-page`);
  await take("not-found", heading(page, "Page not found"));
  await page.goto(`${apiUrl}/`);
  await take("landing-page", heading(page, "Tasknook"));
  await page.goto(`${apiUrl}/docs`);
  await page.getByText("Creates a task").first().waitFor();
  await take("docs", heading(page, "API documentation"));
});
