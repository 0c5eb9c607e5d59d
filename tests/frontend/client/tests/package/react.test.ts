import { inject, test } from "vitest";

import { install, run } from "./support.ts";

test("the hooks are bundled by Vite", async () => {
  const folder = await install("vite-react", inject("tarball"));
  await run("tsc", ["-p", "."], { cwd: folder });
  await run("vite", ["build"], { cwd: folder });
});
