// Two users, each in a browser context of their own, whose tokens expire while they work.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./user.mjs";
import { startContext } from "./context.mjs";

/** Seconds; the API allows no leeway. */
const LIFETIME = 5;

for (const [how, settings] of Object.entries({
  "with key set": {},
  "with secret": {
    api: { BETTER_AUTH_SECRET: "a-secret-of-the-browser-tests-alone" },
    app: { TOKENS_SIGNED_WITH: "secret" },
  },
})) {
  test(`users see only their own tasks as tokens expire, ${how}`, async (t) => {
    const { user, log } = await startContext(t, {
      api: { TASKNOOK_AUTH__LEEWAY_SECONDS: "0", ...settings.api },
      app: { TOKEN_LIFETIME: `${LIFETIME}s`, ...settings.app },
    });
    const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
    await Promise.all([alice, bob].map((one) => one.page.getByText("Nothing to do yet").waitFor()));

    await alice.add("Buy milk for Alice");
    await bob.add("Call the plumber for Bob");
    await alice.add("Water the plants of Alice");
    await alice.edit("Buy milk for Alice", { title: "Buy oat milk for Alice", description: "two litres" });
    await bob.complete("Call the plumber for Bob");
    await alice.expectTasks(["Water the plants of Alice", "Buy oat milk for Alice"]);
    await bob.page.getByText("All done").waitFor();
    await bob.expectTasks([]);
    await bob.showCompleted();
    await bob.expectCompleted(["Call the plumber for Bob"]);

    await alice.search("OAT");
    await alice.expectTasks(["Buy oat milk for Alice"]);
    await alice.search("plumber");
    await alice.page.getByText("No task matches").waitFor();
    await alice.search("");
    await alice.complete("Water the plants of Alice");
    await alice.showCompleted();

    // Until each has had several tokens.
    const tokens = (one) => one.responses.filter(({ path }) => path === "/api/auth/token").length;
    let turn = 0;
    await until("both have had three tokens", async () => {
      turn += 1;
      await alice.complete("Buy oat milk for Alice");
      await bob.edit("Call the plumber for Bob", { description: `turn ${turn}` });
      await alice.complete("Buy oat milk for Alice", false);
      return tokens(alice) >= 3 && tokens(bob) >= 3;
    });
    await alice.remove("Water the plants of Alice");
    await alice.expectTasks(["Buy oat milk for Alice"]);

    for (const [one, other] of [[alice, bob], [bob, alice]]) {
      await one.page.reload();
      await one.ready();
      if (one === bob) await bob.showCompleted();
      await one.page.getByText(`for ${one.name}`).waitFor();
      const page = await one.page.content();
      assert.ok(!page.includes(`for ${other.name}`), page);
      one.expectNoRejections();
      const stored = JSON.stringify(await one.stored());
      assert.ok(stored.includes(`for ${one.name}`) && !stored.includes(`for ${other.name}`), stored);
      assert.ok(!stored.includes("eyJ"), "a token is stored");
    }
    assert.ok(!log().join("\n").includes("eyJ"), "a token is in the log");
  });
}
