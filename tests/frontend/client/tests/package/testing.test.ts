import { inject, test } from "vitest";

import { install, run } from "./support.ts";

test("the API in memory runs in the tests of an application", async () => {
  const folder = await install("vitest", inject("tarball"));
  await run("tsc", ["-p", "."], { cwd: folder });
  await run("vitest", ["run"], { cwd: folder });
});
