// A browser that refuses its storage, or whose storage is full: changes are in memory, and sent. The user is warned.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { apiOf, expectSaved, holdWrite, Network, storedOf } from "./offline-network.mjs";
import { until } from "./user.mjs";

const WARNING = "keep this page open until you are online and all is saved";

/** Makes the storage of a tab full, or no longer so: what is written is rejected, what is deleted is not. */
function setFull({ page }, isFull) {
  return page.evaluate((isFull) => {
    const real = (globalThis.realPut ??= IDBObjectStore.prototype.put);
    IDBObjectStore.prototype.put = isFull
      ? function (...put) {
          // As Chromium does: the request succeeds, and the transaction is aborted.
          const { transaction } = this;
          const request = real.apply(this, put);
          Object.defineProperty(transaction, "error", { value: new DOMException("The storage is full.", "QuotaExceededError") });
          transaction.abort();
          return request;
        }
      : real;
  }, isFull);
}

/** Makes the browser refuse IndexedDB, as Firefox did in private windows. */
function refuse({ context }) {
  return context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("A mutation operation was attempted on a database that did not allow mutations.", "InvalidStateError");
    };
  });
}

/** Holds the opening of the storage until `release` is called in the page. */
function hold({ context }) {
  return context.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "onsuccess");
    const released = new Promise((resolve) => (globalThis.release = resolve));
    Object.defineProperty(IDBOpenDBRequest.prototype, "onsuccess", {
      set(handler) {
        set.call(this, (event) => void released.then(() => handler(event)));
      },
    });
  });
}

test("changes are not shown as saved before the storage is read", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Alpha");
  const write = await holdWrite(alice.page, "before");
  await alice.type("Beta");
  await write.arrived;
  await hold(alice);
  const tab = await alice.tab();
  await tab.page.getByRole("status").getByText("Loading …", { exact: true }).waitFor();
  await tab.page.evaluate(() => globalThis.release());
  await alice.page.close();
  await expectSaved([tab], { open: ["Beta", "Alpha"] });
});

test("without a storage, changes are in memory and sent", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Alpha");
  await refuse(alice);
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Alpha"]);
  await alice.add("Beta");

  const network = await Network.of(alice);
  network.set("cut");
  await alice.type("Gamma");
  await alice.checkbox("Alpha").click();
  await network.cutOff();
  await alice.page.getByText(WARNING).waitFor();
  await alice.expectTasks(["Gamma", "Beta"]);
  // The browser asks before the page is left.
  const asked = alice.page.waitForEvent("dialog");
  // It returns only after the answer.
  const reloading = alice.page.evaluate(() => location.reload());
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await reloading;
  await alice.expectTasks(["Gamma", "Beta"]);
  await network.restore();
  await expectSaved([alice], { open: ["Gamma", "Beta"], completed: ["Alpha"] });

  // Live, too.
  const other = await alice.tab();
  await other.add("Delta");
  await alice.expectTasks(["Delta", "Gamma", "Beta"]);
  await other.signOut();
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
});

test("with a full storage, changes are in memory and sent", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Alpha");
  await alice.add("Beta");
  const { userId } = await apiOf(alice);
  const network = await Network.of(alice);
  network.set("cut");
  await alice.type("Gamma");
  await alice.checkbox("Alpha").click();
  await alice.expectTasks(["Gamma", "Beta"]);

  await setFull(alice, true);
  await alice.type("Delta");
  await alice.openEditor("Gamma");
  await alice.fill({ title: "Gamma 2", description: "A long text" });
  await alice.editor().getByRole("button", { name: "Done" }).click();
  await alice.expectTasks(["Delta", "Gamma 2", "Beta"]);
  await alice.page.getByText(WARNING).waitFor();
  await network.restore();
  await expectSaved([alice], { open: ["Delta", "Gamma 2", "Beta"], completed: ["Alpha"] });

  // What was stored before is neither sent again nor asked about, though the storage has not even allowed to delete it.
  await alice.page.reload();
  await alice.ready();
  await expectSaved([alice], { open: ["Delta", "Gamma 2", "Beta"], completed: ["Alpha"] });
  await until("nothing is pending", async () => {
    const { operations, conflicts } = (await storedOf(alice, userId)).find(({ key }) => key === "queue").value;
    return operations.length + conflicts.length === 0;
  });
});

test("a storage that becomes full between changes stops nothing", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Alpha");
  const other = await alice.tab();
  const phone = await device(alice);
  const { userId } = await apiOf(alice);
  for (const tab of [alice, other]) await setFull(tab, true);
  // What arrives cannot be stored.
  await phone.add("Beta");
  for (const tab of [alice, other]) await tab.expectTasks(["Beta", "Alpha"]);
  await alice.add("Gamma");
  await other.add("Delta");
  await expectSaved([alice, other, phone], { open: ["Delta", "Gamma", "Beta", "Alpha"] });

  // Nothing of Alice remains, either.
  await alice.signOut();
  await other.page.getByRole("button", { name: "Sign in" }).waitFor();
  await until("nothing of Alice is on the device", async () => (await storedOf(alice, userId)).length === 0);
});

test("tasks that a sign-out cannot delete are mentioned", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Alpha");
  await alice.page.evaluate(() => {
    IDBObjectStore.prototype.delete = IDBObjectStore.prototype.clear = () => {
      throw new DOMException("The database is damaged.", "UnknownError");
    };
  });
  await alice.signOut();
  await alice.page.getByRole("status").getByText("could not be deleted from this device").waitFor();
  // Once: the next user has nothing to do with it.
  await alice.page.reload();
  await alice.page.getByRole("button", { name: "Sign in" }).and(alice.page.locator(":enabled")).waitFor();
  assert.equal(await alice.page.getByText("could not be deleted").count(), 0);
});
