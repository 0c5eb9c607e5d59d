import { expect, test, vi } from "vitest";

import { tokenFor } from "../tests/caller";
import { AccountChanged } from "./problem";
import { Token } from "./token";

/** A token of alice's, fetched when `give` says so, under a clock that stands until it is moved. */
function world(lifetime = 900) {
  const clock = { millis: 0 };
  let fetched = 0;
  const fetch = () => tokenFor("alice", { lifetime, ago: (fetched += 1) });
  return { clock, token: new Token("alice", fetch, () => clock.millis), fetched: () => fetched };
}

test("is asked for once, however many wait", async () => {
  const { token, fetched } = world();
  const given = await Promise.all(Array.from({ length: 100 }, () => token.get()));
  expect(new Set(given).size).toBe(1);
  expect(fetched()).toBe(1);
});

test("is renewed a minute before it ends", async () => {
  const { token, fetched, clock } = world(900);
  const first = await token.get();
  clock.millis = 839_999;
  expect(await token.get()).toBe(first);
  clock.millis = 840_000;
  expect(await token.get()).not.toBe(first);
  expect(fetched()).toBe(2);
});

test("a short one is renewed a second and a fifth of its life before it ends", async () => {
  const { token, fetched, clock } = world(10);
  await token.get();
  clock.millis = 6_999;
  await token.get();
  expect(fetched()).toBe(1);
  clock.millis = 7_000;
  await token.get();
  expect(fetched()).toBe(2);
});

test("a device whose clock is a year wrong keeps it as long as another", async () => {
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

test("a clock that is set while it is held changes nothing", async () => {
  let fetched = 0;
  const token = new Token("alice", () => ((fetched += 1), tokenFor("alice")));
  await token.get();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 86_400_000 });
  await token.get();
  vi.useRealTimers();
  expect(fetched).toBe(1);
});

test("one that the API refused is replaced once for all who were refused", async () => {
  const { token, fetched } = world();
  const refused = await token.get();
  const others = await Promise.all([token.replace(refused), token.replace(refused), token.get()]);
  expect(new Set(others)).not.toContain(refused);
  expect(new Set(others).size).toBe(1);
  expect(await token.replace(refused)).toBe(others[0]);
  expect(fetched()).toBe(2);
});

test("a failure reaches all who wait, and is not remembered", async () => {
  let failing = true;
  const token = new Token("alice", () => (failing ? Promise.reject(new Error("away")) : tokenFor("alice")));
  const both = await Promise.allSettled([token.get(), token.get()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  failing = false;
  expect(await token.get()).toContain(".");
});

test("one of somebody else is not taken", async () => {
  const token = new Token("alice", () => tokenFor("bob"));
  await expect(token.get()).rejects.toBeInstanceOf(AccountChanged);
});

test("what was asked for before a reset is not kept", async () => {
  const { token, fetched } = world();
  const before = token.get();
  token.reset();
  await before;
  await token.get();
  expect(fetched()).toBe(2);
});

test("what is no token is refused in words", async () => {
  const token = new Token("alice", async () => "<html>");
  await expect(token.get()).rejects.toThrow("Better Auth gave no token");
});
