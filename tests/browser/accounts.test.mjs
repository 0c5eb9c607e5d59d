// Two accounts in one browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { User } from "./user.mjs";
import { startContext } from "./context.mjs";

/** Bob, in the browser and the tab of another user. */
function bobAt(alice) {
  return new User(alice.context, alice.page, alice.addresses, "Bob");
}

/** Collects the page with a text whenever it is visible from now on, even for one frame, in this document and the next ones. */
async function reportText({ page }, text) {
  const found = [];
  await page.exposeFunction("report", (html) => found.push(html));
  const observe = (text) => {
    const check = () => {
      const body = document.body?.cloneNode(true);
      // The data of the first page remains in its scripts.
      for (const script of body?.querySelectorAll("script") ?? []) script.remove();
      if (body?.outerHTML.includes(text)) window.report(body.outerHTML);
    };
    new MutationObserver(check).observe(document, { attributes: true, childList: true, characterData: true, subtree: true });
    check();
  };
  await page.addInitScript(observe, text);
  await page.evaluate(observe, text);
  return found;
}

test("the next account in a tab sees no tasks of the last one", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  await alice.signOut();
  assert.doesNotMatch((await alice.stored()).databases, /secret|eyJ/);

  const leaks = await reportText(alice, "A secret of Alice");
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
  await bob.signOut();
  assert.deepEqual(leaks, []);

  await alice.signIn();
  await alice.expectTasks(["A secret of Alice"]);
  assert.equal(leaks.length > 0, true, "the report works");
  assert.doesNotMatch((await alice.stored()).databases, /Bob/);
  alice.expectNoRejections();
});

test("a signed-out user cannot go back to the tasks", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  // Pages in the browser's history, with her tasks on them: loaded ones, and views of a loaded one.
  await alice.page.goto("/tasks?view=inbox");
  await alice.expectTasks(["A secret of Alice"]);
  await alice.view("All tasks");
  await alice.expectTasks(["A secret of Alice"]);
  await alice.signOut();
  const leaks = await reportText(alice, "A secret of Alice");
  const back = () => alice.page.goBack();
  for (const go of [back, () => alice.page.goForward(), back, back, () => alice.page.goto("/tasks")]) {
    await go();
    await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.deepEqual(leaks, []);
  }
});

test("a sign-out in one tab ends all tabs", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("A secret of Alice");
  const second = await alice.tab();
  await second.expectTasks(["A secret of Alice"]);
  await second.signOut();
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.equal(await alice.page.getByText("A secret of Alice").count(), 0);
  assert.doesNotMatch((await alice.stored()).databases, /secret/);

  const leaks = [await reportText(alice, "A secret of Alice"), await reportText(second, "A secret of Alice")];
  const bob = new User(alice.context, second.page, alice.addresses, "Bob");
  await bob.signUp();
  await bob.add("Bob's own");
  await alice.page.bringToFront();
  await alice.page.goto("/tasks");
  await bobAt(alice).ready();
  await bobAt(alice).expectTasks(["Bob's own"]);
  assert.deepEqual(leaks.flat(), []);
});

test("a page does not write for another account's cookie", async (t) => {
  const { user } = await startContext(t, { app: { TOKEN_LIFETIME: "3s" } });
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await alice.add("A secret of Alice");
  await bob.add("Bob's own");
  await alice.withoutEvents();

  // No tab is notified of this, as when another program writes the cookie. The token in memory expires three seconds later. The
  // page gets no other one before she has typed: then it would show the other account already.
  const cookies = await alice.context.cookies();
  let typed = () => {};
  const isTyped = new Promise((resolve) => (typed = () => resolve(undefined)));
  await alice.page.route("**/api/auth/token", async (route) => {
    await isTyped;
    await route.continue();
  });
  await alice.context.addCookies(await bob.context.cookies());
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.page.getByLabel("New task").fill("Meant for Alice");
  await alice.page.keyboard.press("Enter");
  await alice.task("Meant for Alice").waitFor();
  typed();
  const hers = bobAt(alice);
  await hers.ready();
  await hers.expectTasks(["Bob's own"]);
  await bob.page.reload();
  await bob.expectTasks(["Bob's own"]);

  // What she typed is sent in her next session.
  await alice.context.addCookies(cookies);
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Meant for Alice", "A secret of Alice"]);
  await alice.saved();
});
