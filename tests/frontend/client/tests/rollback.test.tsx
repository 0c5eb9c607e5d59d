// First: it creates the document.
import { probe, render } from "./render.tsx";

import { expect, inject, test } from "vitest";

import { TasknookProvider, useMutations, useTasks } from "../src/react/index.ts";
import { failure, testClient, tokenFor } from "./support.ts";

/** A list of tasks on a page whose writes wait, and then fail if the network is offline. */
function page() {
  const { api, userId } = testClient();
  const network = { isOffline: false, release: () => {} };
  const released = new Promise<void>((resolve) => (network.release = resolve));
  const options = {
    baseUrl: inject("url"),
    userId,
    fetchToken: () => tokenFor(userId),
    fetch: async (url: string, init: RequestInit) => {
      if (init.method !== "GET") await released;
      if (network.isOffline) throw new TypeError("offline");
      return fetch(url, init);
    },
    live: false,
  };
  const { Probe, latest } = probe(() => ({ ...useTasks(), ...useMutations() }));
  render(<TasknookProvider {...options}><Probe /></TasknookProvider>);
  const shown = () => latest()?.tasks?.map(({ title, completed }) => `${title} ${completed}`);
  return { api, network, latest, shows: (expected: string[]) => expect.poll(shown).toEqual(expected) };
}

test("two writes that fail are both rolled back", async () => {
  const { api, network, latest, shows } = page();
  await shows([]);
  await api.create({ title: "a" });
  await latest().reload();
  await shows(["a false"]);
  network.isOffline = true;
  const first = failure(latest().complete(latest().tasks![0]!));
  await shows(["a true"]);
  const second = failure(latest().complete(latest().tasks![0]!));
  await shows(["a false"]);
  const third = failure(latest().update(latest().tasks![0]!, { title: "b" }));
  await shows(["b false"]);
  const fourth = failure(latest().remove(latest().tasks![0]!));
  await shows([]);
  network.release();
  await Promise.all([first, second, third, fourth]);
  await shows(["a false"]);
});

test("a write to a task that was not created leaves nothing", async () => {
  const { network, latest, shows } = page();
  await shows([]);
  network.isOffline = true;
  const created = failure(latest().create({ title: "new" }));
  await shows(["new false"]);
  const completed = failure(latest().complete(latest().tasks![0]!));
  await shows(["new true"]);
  network.release();
  await Promise.all([created, completed]);
  await shows([]);
});

test("a task can be deleted before there is a response", async () => {
  const { api, network, latest, shows } = page();
  await shows([]);
  const created = latest().create({ title: "new" });
  await shows(["new false"]);
  const removed = latest().remove(latest().tasks![0]!);
  await shows([]);
  network.release();
  await Promise.all([created, removed]);
  await shows([]);
  expect((await api.list()).tasks).toEqual([]);
});
