// The streams of open pages: when they begin, end, and continue.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { setHidden, STREAMS, twoBrowsers } from "./two-browsers.mjs";
import { until, User } from "./user.mjs";

test("both browsers catch up after a restart and a crash", async (t) => {
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
  const request = other.page.waitForRequest(/\/tasks\/changes/);
  await setHidden(other, false);
  assert.match((await request).url(), /\?since=[\w-]{1,128}(&|$)/);
  await other.expectTasks(["Missed", "Seen"]);
  await streams(2);
  await expectNoReload();
});

test("a change of a hidden page is sent", async (t) => {
  const { alice, other, streams } = await twoBrowsers(t);
  await other.page.getByLabel("New task").fill("Typed at last");
  await setHidden(other, true);
  await streams(1);
  await other.page.getByLabel("New task").press("Enter");
  await alice.expectTasks(["Typed at last"]);
});

test("all tabs of a browser share a stream", async (t) => {
  const { alice, other, streams, metric } = await twoBrowsers(t);
  const tab = await other.tab();
  await alice.add("For all");
  for (const one of [other, tab]) await one.expectTasks(["For all"]);
  assert.equal(await metric(STREAMS), 2);
  // The next one begins when the tab that has it is hidden, or closed.
  await setHidden(other, true);
  await alice.add("Seen by one");
  await tab.expectTasks(["Seen by one", "For all"]);
  await streams(2);
  await setHidden(other, false);
  await tab.page.close();
  await alice.add("Seen by the other");
  await other.expectTasks(["Seen by the other", "Seen by one", "For all"]);
  await streams(2);
});

test("sign-out ends the stream, and the next user has another one", async (t) => {
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
  for (const one of [alice, other]) one.expectNoRejections();
  await expectNoReload();
});

test("a page without a stream gets one when another ends", async (t) => {
  const { user, device, metric } = await startContext(t, { api: { TASKNOOK_EVENTS__MAX_STREAMS_PER_OWNER: "1" } });
  const alice = await user("Alice");
  await until("she has it", async () => (await metric(STREAMS)) === 1);
  const other = await device(alice);
  await until("it has none", async () => other.responses.some(({ status }) => status === 429));
  await other.add("Written without it");
  await alice.expectTasks(["Written without it"]);
  // It reads what changes now and then, and does not report an outage.
  await alice.add("Read without it");
  await other.task("Read without it").waitFor();
  assert.equal(await other.outage().count(), 0);
  await setHidden(alice, true);
  await until("it has one", async () => other.responses.some(({ path, status }) => path.endsWith("/events") && status === 200));
  await alice.add("Written in the background");
  await other.expectTasks(["Written in the background", "Read without it", "Written without it"]);
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
