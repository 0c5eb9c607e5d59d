import { readFile } from "node:fs/promises";

import { expect, inject, test } from "vitest";

import { typesOf } from "../scripts/types.mjs";

test("the types are those of the API that is served", async () => {
  const held = await readFile(new URL("schema.d.ts", import.meta.url), "utf8");
  const served = await typesOf(new URL(`${inject("url")}/openapi.json`));
  expect(held === served, "lib/schema.d.ts is not of this API: npm run types").toBe(true);
});
