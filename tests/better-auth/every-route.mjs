// Users of a real Better Auth call every route of a running service, with its official client.
//
//   TASKNOOK_URL=… BETTER_AUTH_URL=… BETTER_AUTH_SECRET=… node every-route.mjs [--cookies-are-tokens]
//
// Exits with 1 at the first check that fails.

import "./older-node.mjs";

import { checkChanges } from "./every-route/changes.mjs";
import { checks } from "./every-route/check.mjs";
import { checkOtherTokensAreRejected } from "./every-route/confused-tokens.mjs";
import * as identity from "./every-route/identity.mjs";
import { checkIsolation } from "./every-route/isolation.mjs";
import { checkOneTask } from "./every-route/one-task.mjs";
import { checkLists } from "./every-route/listing.mjs";
import { checkIsolationOfLists, checkListRoutes } from "./every-route/lists.mjs";
import { signUp } from "./every-route/user.mjs";
import { checkPreconditions } from "./every-route/preconditions.mjs";
import { checkRejectedBodies } from "./every-route/rejections.mjs";

const { TASKNOOK_URL: service, BETTER_AUTH_URL: issuer, BETTER_AUTH_SECRET: secret } = process.env;
const cookiesAreTokens = process.argv.includes("--cookies-are-tokens");

async function run() {
  const [alice, bob, carol] = await Promise.all(["alice", "bob", "carol"].map((name) => signUp(issuer, service, name)));
  await identity.checkTokenIsRequired(service, alice);
  await identity.checkOtherPathsAreForbidden(alice, bob);
  await identity.checkClientTokensAreAccepted(service, alice);
  for (const root of [alice.root, "/api/tasks"]) {
    await checkOneTask(alice, root);
    await checkListRoutes(alice, root);
    await checkPreconditions(alice, root);
    await checkRejectedBodies(alice, root);
  }
  await checkLists(carol);
  await checkChanges(carol, bob);
  await checkIsolation(alice, bob);
  await checkIsolationOfLists(alice, bob);
  await checkOtherTokensAreRejected({ issuer, service, secret, cookiesAreTokens }, bob);
}

try {
  await run();
  console.log(`${checks()} checks passed`);
} catch (failure) {
  console.error(failure.stack);
  process.exitCode = 1;
}
