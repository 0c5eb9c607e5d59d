import { join } from "node:path";

import { expect, test } from "vitest";

import type { OfflineStorage } from "../../src/offline/index.ts";
import { openPage } from "./chromium.ts";
import { CLIENT } from "./support.ts";

declare global {
  var opened: OfflineStorage;
}

test("the storage of a browser is atomic, and separates accounts", async () => {
  const { page } = await openPage();
  await page.route("http://localhost/**", (route) => {
    const { pathname } = new URL(route.request().url());
    if (!pathname.endsWith(".js")) return route.fulfill({ contentType: "text/html", body: "<title>Storage</title>" });
    return route.fulfill({ contentType: "text/javascript", path: join(CLIENT, "dist", pathname) });
  });
  const script = 'import { indexedDbStorage } from "/offline/indexed-db.js"; globalThis.opened = indexedDbStorage();';
  const open = async () => {
    await page.goto("http://localhost/");
    await page.addScriptTag({ type: "module", content: script });
    await page.waitForFunction(() => "opened" in globalThis);
  };
  await open();
  const failed = await page.evaluate(async () => {
    await opened.put("alice", new Map<string, unknown>([["queue", { version: 1 }], ["task a", { id: "a" }], ["task b", { id: "b" }]]));
    await opened.put("alice b", new Map([["queue", { version: 2 }]]));
    await opened.put("alice", new Map([["task b", undefined]]));
    const uncloneable = new Map<string, unknown>([["queue", { version: 3 }], ["task a", () => {}]]);
    return opened.put("alice", uncloneable).then(() => "stored", (error: Error) => error.name);
  });
  expect(failed).toBe("DataCloneError");
  await open();
  const stored = await page.evaluate(async () => [...(await opened.getAll("alice"))]);
  expect(stored).toEqual([["queue", { version: 1 }], ["task a", { id: "a" }]]);
  const left = await page.evaluate(async () => {
    await opened.clear("alice");
    return [(await opened.getAll("alice")).size, await opened.get("alice", "queue"), await opened.get("alice b", "queue")];
  });
  expect(left).toEqual([0, undefined, { version: 2 }]);
});
