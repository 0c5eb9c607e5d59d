// The API in memory, with the cases that the service is tested with.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { isSigned } from "./double.ts";
import { serveDouble } from "./double-over-http.ts";
import { SECRET } from "./support.ts";

/** Cases and groups that do not concern an API in memory, by the reason. */
const EXCLUDED: Record<string, string[]> = {
  "connections, and HTTP below the level of fetch": ["framing", "slow", "body_gigantic_cl_no_body", "expect_unknown"],
  "methods that the HTTP server of Node.js rejects": ["auth_before_405", "method_connect", "method_lowercase", "method_unknown"],
  "compressed bodies, which no browser sends": ["ce_gzip_bomb"],
  "JSON that `JSON.stringify` does not write": ["body_dup_key", "body_dup_key_escaped"],
};

const FOLDER = join(import.meta.dirname, "../../../conformance");

test("the cases of the service pass with the API in memory", async () => {
  const { url, close } = await serveDouble({ isSigned });
  onTestFinished(close);
  const excluded = Object.values(EXCLUDED).flat();
  const env = { ...process.env, TASKNOOK_URL: url, TASKNOOK_SECRET: SECRET, TASKNOOK_EXCLUDE: excluded.join(" ") };
  const { stdout } = await promisify(execFile)(process.execPath, [join(FOLDER, "inputs.mjs")], { cwd: FOLDER, env }).catch(
    (error) => error,
  );
  expect(stdout).toMatch(/^\d+ passed, 0 failed\n$/);
});
