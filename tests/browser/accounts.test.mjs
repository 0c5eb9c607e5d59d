// Two accounts in one browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { User } from "./user.mjs";
import { startContext } from "./context.mjs";

/** Bob, in the browser and the tab of another user. */
function bobAt(alice) {
  return new User(alice.context, alice.page, alice.addresses, "Bob");
}

test("the next account in a tab sees no tasks of the last one", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  await alice.signOut();

  // From here on, her text must not appear, not even for one frame.
  await alice.page.evaluate(() => {
    const check = () => document.documentElement.textContent?.includes("A secret of Alice") && (window.leaked = true);
    window.observing = true;
    new MutationObserver(check).observe(document, { childList: true, characterData: true, subtree: true });
  });
  const bob = bobAt(alice);
  await bob.page.getByRole("link", { name: "Sign up" }).click();
  await bob.page.getByLabel("Name").fill(bob.name);
  await bob.page.getByLabel("E-mail").fill(bob.email);
  await bob.page.getByLabel("Password").fill(bob.password);
  await bob.page.getByRole("button", { name: "Sign up" }).click();
  await bob.ready();
  await bob.page.getByText("Nothing to do yet").waitFor();
  await bob.add("Bob's own");
  await bob.expectTasks(["Bob's own"]);
  assert.deepEqual(await bob.page.evaluate(() => [window.observing, window.leaked]), [true, undefined]);

  await bob.signOut();
  await alice.signIn();
  await alice.expectTasks(["A secret of Alice"]);
  assert.deepEqual(alice.responses.filter(({ status }) => status >= 400), []);
});

test("a signed-out user cannot go back to the tasks", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  // A page in the browser's history, with her tasks on it.
  await alice.page.goto("/tasks?status=pending");
  await alice.expectTasks(["A secret of Alice"]);
  await alice.signOut();
  for (const go of [() => alice.page.goBack(), () => alice.page.goto("/tasks")]) {
    await go();
    await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await alice.page.getByText("A secret of Alice").count(), 0);
  }
});

test("a page of one account ends with its session in another tab", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  const second = await alice.tab();
  await second.signOut();
  const bob = new User(alice.context, second.page, alice.addresses, "Bob");
  await bob.signUp();

  await alice.page.bringToFront();
  await alice.page.getByText("A secret of Alice").waitFor({ state: "detached" });
  await alice.page.goto("/tasks");
  await bobAt(alice).ready();
  await alice.page.getByText("Nothing to do yet").waitFor();
});

test("a page does not write for another account's cookie", async (t) => {
  const { user } = await startContext(t, { app: { TOKEN_LIFETIME: "3s" } });
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await alice.add("A secret of Alice");
  await bob.add("Bob's own");
  await alice.withoutEvents();

  // No tab is notified of this, as when another program writes the cookie. The token in memory expires three seconds later.
  await alice.context.addCookies(await bob.context.cookies());
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.page.getByLabel("New task").fill("Meant for Alice");
  await alice.page.keyboard.press("Enter");
  const hers = bobAt(alice);
  await hers.ready();
  await hers.expectTasks(["Bob's own"]);
  await bob.page.reload();
  await bob.expectTasks(["Bob's own"]);
});
