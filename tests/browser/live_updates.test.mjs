// One user in two browsers: what changes in one appears in the other without a reload, a click, or the focus.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists } from "./list-steps.mjs";
import { holdNext } from "./network.mjs";
import { EVENTS, until, User } from "./user.mjs";

const STREAMS = "tasknook_event_streams";

/** Two browsers of Alice, each with a stream. The second one is marked, so that a reload would be noticed. */
async function twoBrowsers(t, settings = {}) {
  const context = await startContext(t, settings);
  const alice = await context.user("Alice");
  const other = await context.device(alice);
  const streams = (count) => until(`${count} streams`, async () => (await context.metric(STREAMS)) === count);
  await streams(2);
  await other.page.evaluate(() => void (window.marked = true));
  const expectNoReload = async () => assert.equal(await other.page.evaluate(() => window.marked), true);
  return { ...context, alice, other, streams, expectNoReload };
}

/** As if the tab were in the background, or in front again. */
function setHidden({ page }, hidden) {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

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

test("neither an open dialog, nor the focus, nor a pending change is disturbed", async (t) => {
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

test("both browsers catch up after a restart and a crash of the API", async (t) => {
  const { alice, other, stopApi, killApi, restartApi, streams, expectNoReload } = await twoBrowsers(t);
  await alice.add("Before");
  for (const [title, end] of [["After a restart", stopApi], ["After a crash", killApi]]) {
    await end();
    await restartApi();
    await alice.add(title);
    await other.task(title).waitFor();
    await streams(2);
  }
  await other.expectTasks(["After a crash", "After a restart", "Before"]);
  await expectNoReload();
});

test("a hidden page has no stream, and continues where it was", async (t) => {
  const { alice, other, streams, expectNoReload } = await twoBrowsers(t);
  await alice.add("Seen");
  await other.expectTasks(["Seen"]);
  await setHidden(other, true);
  await streams(1);
  await alice.add("Missed");
  const request = other.page.waitForRequest(EVENTS);
  await setHidden(other, false);
  assert.match((await request).headers()["last-event-id"], /^[\w-]{1,128}$/);
  await other.expectTasks(["Missed", "Seen"]);
  await streams(2);
  await expectNoReload();
});

test("sign-out ends the stream, and the next user has one of their own", async (t) => {
  const { alice, other, streams } = await twoBrowsers(t);
  await other.signOut();
  await streams(1);
  const opened = [];
  other.page.on("request", (request) => /\/events$/.test(request.url()) && opened.push(request.url()));
  const bob = new User(other.context, other.page, other.addresses, "Bob");
  await bob.signUp();
  await streams(2);
  await alice.add("A secret of Alice");
  await bob.add("Bob's own");
  await bob.expectTasks(["Bob's own"]);
  await alice.expectTasks(["A secret of Alice"]);
  const owners = opened.map((url) => /\/api\/([^/]+)\/tasks/.exec(url)?.[1]);
  assert.equal(new Set(owners).size, 1, owners.join());
  for (const user of [alice, bob]) await user.signOut();
  await streams(0);
});

test("a stream whose token expires continues with a new one", async (t) => {
  const { alice, other, metric, expectNoReload } = await twoBrowsers(t, {
    api: { TASKNOOK_AUTH__LEEWAY_SECONDS: "0" },
    app: { TOKEN_LIFETIME: "5s" },
  });
  const tokens = () => other.responses.filter(({ path }) => path === "/api/auth/token").length;
  await until("streams have expired", async () => (await metric('tasknook_events_delivered_total{event="expired"}')) >= 4);
  await until("there are several tokens", async () => tokens() >= 3);
  await alice.add("After all that");
  await other.expectTasks(["After all that"]);
  for (const one of [alice, other]) assert.deepEqual(one.responses.filter(({ status }) => status >= 400), []);
  await expectNoReload();
});

test("a page without a stream works, and gets one when another ends", async (t) => {
  const { user, device, metric } = await startContext(t, { api: { TASKNOOK_EVENTS__MAX_STREAMS_PER_OWNER: "1" } });
  const alice = await user("Alice");
  await until("she has it", async () => (await metric(STREAMS)) === 1);
  const other = await device(alice);
  await until("it has none", async () => other.responses.some(({ status }) => status === 429));
  await other.add("Written without it");
  await alice.expectTasks(["Written without it"]);
  await setHidden(alice, true);
  await until("it has one", async () => other.responses.some(({ path, status }) => path.endsWith("/events") && status === 200));
  await alice.add("Written in the background");
  await other.expectTasks(["Written in the background", "Written without it"]);
});

test("events pass the rewrite one by one", async (t) => {
  const { alice, other, streams } = await twoBrowsers(t, {
    api: { TASKNOOK_CORS__ORIGINS: "" },
    app: { TASKNOOK_BROWSER_URL: "/backend" },
  });
  await alice.add("Through the rewrite");
  await other.expectTasks(["Through the rewrite"]);
  for (const user of [alice, other]) await user.signOut();
  await streams(0);
});
