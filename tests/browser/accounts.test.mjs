// Two accounts in one browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Person } from "./person.mjs";
import { world } from "./world.mjs";

/** Bob, at the browser and in the tab of another. */
function bobAt(alice) {
  return new Person(alice.context, alice.page, alice.addresses, "Bob");
}

test("after a sign-out the next account in the same tab sees nothing of the last", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("A secret of Alice");
  await alice.signOut();

  // From here on, no text of hers may appear for even one frame.
  await alice.page.evaluate(() => {
    const look = () => document.documentElement.textContent?.includes("A secret of Alice") && (window.leaked = true);
    window.watched = true;
    new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
  });
  const bob = bobAt(alice);
  await bob.page.getByRole("link", { name: "Sign up" }).click();
  await bob.page.getByLabel("Name").fill(bob.name);
  await bob.page.getByLabel("E-mail").fill(bob.email);
  await bob.page.getByLabel("Password").fill(bob.password);
  await bob.page.getByRole("button", { name: "Sign up" }).click();
  await bob.heading();
  await bob.page.getByText("Nothing to do yet").waitFor();
  await bob.add("Bob's own");
  await bob.sees(["Bob's own"]);
  assert.deepEqual(await bob.page.evaluate(() => [window.watched, window.leaked]), [true, undefined]);

  await bob.signOut();
  await alice.signIn();
  await alice.sees(["A secret of Alice"]);
  assert.deepEqual(alice.answers.filter(({ status }) => status >= 400), []);
});

test("who signs out is out, also by the way back", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("A secret of Alice");
  // A page that the browser remembers, with her tasks on it.
  await alice.page.goto("/tasks?status=pending");
  await alice.sees(["A secret of Alice"]);
  await alice.signOut();
  for (const go of [() => alice.page.goBack(), () => alice.page.goto("/tasks")]) {
    await go();
    await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await alice.page.getByText("A secret of Alice").count(), 0);
  }
});

test("a page of one account does not outlive its session, which ends in the next tab", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("A secret of Alice");
  const second = await alice.tab();
  await second.signOut();
  const bob = new Person(alice.context, second.page, alice.addresses, "Bob");
  await bob.signUp();

  await alice.page.bringToFront();
  await alice.page.getByText("A secret of Alice").waitFor({ state: "detached" });
  await alice.page.goto("/tasks");
  await bobAt(alice).heading();
  await alice.page.getByText("Nothing to do yet").waitFor();
});

test("a page writes nothing for another account whose cookie it did not see coming", async (t) => {
  const { person } = await world(t, { app: { TOKEN_LIFETIME: "3s" } });
  const [alice, bob] = await Promise.all([person("Alice"), person("Bob")]);
  await alice.add("A secret of Alice");
  await bob.add("Bob's own");

  // No tab tells of this, as when another program writes the cookie. What is in memory ends three seconds later.
  await alice.context.addCookies(await bob.context.cookies());
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.page.getByLabel("New task").fill("Meant for Alice");
  await alice.page.keyboard.press("Enter");
  const hers = bobAt(alice);
  await hers.heading();
  await hers.sees(["Bob's own"]);
  await bob.page.reload();
  await bob.sees(["Bob's own"]);
});
