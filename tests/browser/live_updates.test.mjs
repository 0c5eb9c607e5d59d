// What changes in one browser appears in the other without a reload, a click, or the focus.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createLists } from "./list-steps.mjs";
import { holdNext } from "./network.mjs";
import { twoBrowsers } from "./two-browsers.mjs";
import { until } from "./user.mjs";

test("what changes in one browser appears in the other", async (t) => {
  const { alice, other, expectNoReload } = await twoBrowsers(t);
  const draft = other.page.getByLabel("New task");
  await draft.fill("Typed meanwhile");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  await other.expectTasks(["First", "Second", "Third"]);
  await alice.edit("Second", { title: "Zweite", due: "2126-12-24", tags: "errands" });
  await other.task("Zweite").getByText("Due Dec 24, 2126").waitFor();
  await other.expectTasks(["First", "Zweite", "Third"]);
  await alice.complete("Zweite");
  await until("it is done", () => other.checkbox("Zweite").isChecked());
  await alice.page.getByRole("button", { name: "Move Third up" }).click();
  await other.expectTasks(["First", "Third", "Zweite"]);
  await createLists(alice, ["Home"]);
  await alice.edit("Third", { list: "Home" });
  await other.task("Third").getByText("Home", { exact: true }).waitFor();
  const options = (label) => other.page.getByRole("main").getByLabel(label, { exact: true }).locator("option");
  await until("the filters have them", async () => {
    const [lists, tags] = [await options("List").allTextContents(), await options("Tag").allTextContents()];
    return lists.includes("Home") && tags.includes("errands");
  });
  await alice.remove("First");
  await other.expectTasks(["Third", "Zweite"]);
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await other.expectTasks(["First", "Third", "Zweite"]);
  // The other way.
  await draft.press("Enter");
  await alice.expectTasks(["Typed meanwhile", "First", "Third", "Zweite"]);
  await expectNoReload();
});

test("dialogs, the focus and pending changes are not disturbed", async (t) => {
  const { alice, other, expectNoReload } = await twoBrowsers(t);
  for (const title of ["Ticked", "Draft"]) await alice.add(title);
  await other.expectTasks(["Draft", "Ticked"]);
  const dialog = await other.openEditor("Draft");
  const title = dialog.getByLabel("Title");
  await title.fill("Mine");
  await alice.edit("Draft", { title: "Theirs" });
  await other.expectTasks(["Theirs", "Ticked"]);
  assert.deepEqual(await title.evaluate((input) => [input.value, input === document.activeElement]), ["Mine", true]);
  const rejected = other.nextResponse("PATCH");
  await title.press("Enter");
  assert.equal((await rejected).status(), 412);
  await dialog.getByText("This task was changed elsewhere").waitFor();
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await dialog.waitFor({ state: "hidden" });
  await alice.expectTasks(["Mine", "Ticked"]);

  // A change that the API has not received yet stays on the page.
  const { arrived, release } = await holdNext(other.page, "PATCH");
  await other.checkbox("Ticked").click();
  await arrived;
  await alice.add("New");
  await other.expectTasks(["New", "Mine", "Ticked"]);
  assert.deepEqual(await other.checkbox("Ticked").evaluate((box) => [box.checked, box === document.activeElement]), [true, true]);
  release("continue");
  await until("it is stored", () => alice.checkbox("Ticked").isChecked());

  // A task that is deleted elsewhere leaves its text in the dialog.
  const second = await other.openEditor("Mine");
  await second.getByLabel("Description").fill("a long text");
  await alice.remove("Mine");
  await other.expectTasks(["New", "Ticked"]);
  assert.equal(await second.getByLabel("Description").inputValue(), "a long text");
  await expectNoReload();
});

test("a burst of changes is loaded together", async (t) => {
  const { other, origin, apiUrl } = await twoBrowsers(t);
  let reads = 0;
  other.page.on("request", (request) => void (reads += /\/tasks\?/.test(request.url()) ? 1 : 0));
  const { token } = await (await other.page.request.get(`${origin}/api/auth/token`)).json();
  const operations = Array.from({ length: 100 }, (_, number) => ({ op: "create", task: { title: `Task ${number}` } }));
  const headers = { Authorization: `Bearer ${token}` };
  const response = await other.page.request.post(`${apiUrl}/api/tasks/bulk`, { headers, data: { operations } });
  assert.equal(response.status(), 200);
  await other.checkbox("Task 99").waitFor();
  assert.ok(reads < 20, `${reads} reads`);
});

test("an own change is not loaded again", async (t) => {
  const { alice, other } = await twoBrowsers(t);
  await other.add("Ticked");
  let loads = 0;
  other.page.on("request", (request) => void (loads += /\/tags$/.test(request.url()) ? 1 : 0));
  await other.page.clock.install();
  await other.page.reload();
  await until("it is loaded, and again when the stream is ready", async () => loads === 2);
  // The event waits until the page has the response, however slow that is.
  await other.page.clock.pauseAt((await other.page.evaluate(() => Date.now())) + 20_000);
  loads = 0;
  await other.complete("Ticked");
  await until("the other one has the event", () => alice.checkbox("Ticked").isChecked());
  await other.page.clock.runFor(1000);
  await alice.add("New");
  await until("it is loaded", async () => {
    await other.page.clock.runFor(100);
    return (await other.task("New").count()) === 1;
  });
  assert.equal(loads, 1);
});
