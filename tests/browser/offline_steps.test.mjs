// Two tabs of a browser whose network is cut at each step: nothing is lost, nothing is written twice.

import { test } from "node:test";

import { startContext } from "./context.mjs";
import { expectSynced, Network } from "./offline-network.mjs";
import { FIRST, STEPS } from "./offline-steps.mjs";

/** Alice, who has tasks and two tabs. */
async function aliceInTwoTabs(t) {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of FIRST) await alice.add(title);
  return [alice, await alice.tab()];
}

/** The deletion and its Undo are in one tab. */
const tabOf = (tabs, index) => tabs[STEPS[index].name === "restore" ? (index - 1) % 2 : index % 2];

for (const [how, state] of Object.entries({ "before each write": "cut", "after each write": "lost" })) {
  test(`the network is cut ${how}`, async (t) => {
    const tabs = await aliceInTwoTabs(t);
    const network = await Network.of(tabs[0]);
    for (const [index, step] of STEPS.entries()) {
      network.set(/** @type {"cut" | "lost"} */ (state));
      await step.run(tabOf(tabs, index));
      await network.cutOff();
      network.set("cut");
      for (const tab of tabs) await tab.expectTasks(step.open);
      await network.restore();
      await expectSynced(tabs, step);
    }
  });
}

test("changes of two tabs without a network arrive together", async (t) => {
  const tabs = await aliceInTwoTabs(t);
  await tabs[0].context.setOffline(true);
  for (const [index, step] of STEPS.entries()) {
    await step.run(tabOf(tabs, index));
    for (const tab of tabs) await tab.expectTasks(step.open);
  }
  await tabs[1].page.getByText(/^Offline: 6 changes are kept on this device$/).first().waitFor();
  await tabs[0].context.setOffline(false);
  await expectSynced(tabs, STEPS.at(-1));
});

test("the network is cut again while changes are sent", async (t) => {
  const tabs = await aliceInTwoTabs(t);
  const network = await Network.of(tabs[0]);
  // Each write arrives, and none of their responses.
  network.set("lost");
  for (const [index, step] of STEPS.entries()) {
    await step.run(tabOf(tabs, index));
    for (const tab of tabs) await tab.expectTasks(step.open);
    await network.cutOff();
  }
  await network.restore();
  await expectSynced(tabs, STEPS.at(-1));
});
