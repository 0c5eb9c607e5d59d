import { readFile } from "node:fs/promises";

import { expect, inject, test } from "vitest";

import { typesOf } from "../../scripts/types.mjs";

test("the types match the OpenAPI document", async () => {
  const current = await readFile(new URL("../src/schema.ts", import.meta.url), "utf8");
  const served = await typesOf(new URL(`${inject("url")}/openapi.json`));
  expect(current === served, "client/src/schema.ts is outdated: run `npm run types`").toBe(true);
});
