// What sends the changes, or receives them, ends in the middle of it: nothing is lost, nothing is written twice.

import { test } from "node:test";

import { startContext } from "./context.mjs";
import { expectSynced, holdWrite } from "./offline-network.mjs";

/** @typedef {import("./user.mjs").User} User */

/** @param {User} tab */
async function crash({ context, page }) {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {}); // There is no response.
  await crashed;
}

const ENDS = { "is closed": (/** @type {User} */ { page }) => page.close(), crashes: crash };
/** Where its write is. */
const PLACES = /** @type {const} */ ({ "before the API has it": "before", "before the response": "after" });

for (const [how, end] of Object.entries(ENDS)) {
  for (const [when, place] of Object.entries(PLACES)) {
    test(`a tab that sends ${how} ${when}`, async (t) => {
      const { user } = await startContext(t);
      const alice = await user("Alice");
      await alice.add("Alpha");
      const other = await alice.tab();

      // The other tab continues: it waits for its turn to send.
      let write = await holdWrite(alice.page, place);
      await alice.type("Beta");
      await write.arrived;
      await other.checkbox("Alpha").click();
      // A change shows before it is stored, which takes milliseconds; the notice comes after it.
      await other.notice("“Alpha” is completed").waitFor();
      await other.expectTasks(["Beta"]);
      await end(alice);
      await expectSynced([other], { open: ["Beta"], completed: ["Alpha"] });

      // A new one continues.
      write = await holdWrite(other.page, place);
      await other.type("Gamma");
      await write.arrived;
      await other.checkbox("Beta").click();
      await other.notice("“Beta” is completed").waitFor();
      await other.expectTasks(["Gamma"]);
      await end(other);
      const next = await other.tab();
      await expectSynced([next], { open: ["Gamma"], completed: ["Alpha", "Beta"] });
    });
  }
}

test("the API is killed while two tabs write", async (t) => {
  const { user, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  const tabs = [alice, await alice.tab()];
  const isWrite = (/** @type {import("playwright-core").Request} */ request) =>
    request.method() === "POST" && request.url().endsWith("/tasks/bulk");
  /** @type {string[]} */
  const titles = [];
  for (let round = 0; round < 3; round += 1) {
    let isRestarted = false;
    const writing = Promise.race(tabs.map(({ page }) => page.waitForRequest(isWrite)));
    const restarted = writing.then(killApi).then(restartApi).finally(() => (isRestarted = true));
    for (let turn = 0; turn < 6 || !isRestarted; turn += 1) {
      const title = `Task ${round}.${turn}`;
      await tabs[turn % 2].type(title);
      titles.unshift(title);
    }
    await restarted;
  }
  await expectSynced(tabs, { open: titles });
});
