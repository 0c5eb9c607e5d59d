import { expect, test, vi } from "vitest";

import { tokenFor } from "./support.ts";
import { AccountChanged } from "../src/problem.ts";
import { Token } from "../src/token.ts";

/** A token of alice with a manual clock, and the number of token requests. */
function setUp(lifetime = 900) {
  const clock = { millis: 0 };
  let fetched = 0;
  const fetch = () => tokenFor("alice", { lifetime, ago: (fetched += 1) });
  return { clock, token: new Token("alice", fetch, () => clock.millis), fetched: () => fetched };
}

test("concurrent calls share one request", async () => {
  const { token, fetched } = setUp();
  const tokens = await Promise.all(Array.from({ length: 100 }, () => token.get()));
  expect(new Set(tokens).size).toBe(1);
  expect(fetched()).toBe(1);
});

test("is renewed a minute before it expires", async () => {
  const { token, fetched, clock } = setUp(900);
  const first = await token.get();
  clock.millis = 839_999;
  expect(await token.get()).toBe(first);
  clock.millis = 840_000;
  expect(await token.get()).not.toBe(first);
  expect(fetched()).toBe(2);
});

test("a short lifetime is renewed a fifth and a second early", async () => {
  const { token, fetched, clock } = setUp(10);
  await token.get();
  clock.millis = 6_999;
  await token.get();
  expect(fetched()).toBe(1);
  clock.millis = 7_000;
  await token.get();
  expect(fetched()).toBe(2);
});

test("a wrong device clock does not change the renewal", async () => {
  const clock = { millis: 0 };
  let fetched = 0;
  for (const ago of [31_536_000, -31_536_000]) {
    clock.millis = 0;
    fetched = 0;
    const fetch = () => ((fetched += 1), tokenFor("alice", { ago }));
    const token = new Token("alice", fetch, () => clock.millis);
    await token.get();
    clock.millis = 839_999;
    await token.get();
    expect(fetched).toBe(1);
  }
});

test("setting the device clock does not renew the token", async () => {
  let fetched = 0;
  const token = new Token("alice", () => ((fetched += 1), tokenFor("alice")));
  await token.get();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 86_400_000 });
  await token.get();
  vi.useRealTimers();
  expect(fetched).toBe(1);
});

test("a rejected token is replaced once for all callers", async () => {
  const { token, fetched } = setUp();
  const rejected = await token.get();
  const others = await Promise.all([token.replace(rejected), token.replace(rejected), token.get()]);
  expect(new Set(others)).not.toContain(rejected);
  expect(new Set(others).size).toBe(1);
  expect(await token.replace(rejected)).toBe(others[0]);
  expect(fetched()).toBe(2);
});

test("an error reaches all waiting calls and is not cached", async () => {
  let failing = true;
  const token = new Token("alice", () => (failing ? Promise.reject(new Error("unavailable")) : tokenFor("alice")));
  const both = await Promise.allSettled([token.get(), token.get()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  failing = false;
  expect(await token.get()).toContain(".");
});

test("a token of another user is rejected", async () => {
  const token = new Token("alice", () => tokenFor("bob"));
  await expect(token.get()).rejects.toBeInstanceOf(AccountChanged);
});

test("a token requested before a reset is not kept", async () => {
  const { token, fetched } = setUp();
  const before = token.get();
  token.reset();
  await before;
  await token.get();
  expect(fetched()).toBe(2);
});

test("an invalid token is rejected with a message", async () => {
  const token = new Token("alice", async () => "<html>");
  await expect(token.get()).rejects.toThrow("Better Auth returned no token");
});
