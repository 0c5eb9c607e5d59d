// The main job, on real input: users of a real Better Auth, through its official client, on every route of a
// running service.
//
//   TASKNOOK_URL=… BETTER_AUTH_URL=… BETTER_AUTH_SECRET=… node main-job.mjs [--cookies-are-tokens]
//
// Ends with 1 at the first thing that does not hold.

import "./older-node.mjs";

import { checks } from "./job/check.mjs";
import { noOtherTokenIsTaken } from "./job/confused-tokens.mjs";
import * as identity from "./job/identity.mjs";
import { eachSeesOnlyTheirOwn } from "./job/isolation.mjs";
import { theLifeOfATask } from "./job/life-of-a-task.mjs";
import { theLists } from "./job/listing.mjs";
import { signUp } from "./job/person.mjs";
import { thePreconditions } from "./job/preconditions.mjs";
import { whatIsNotATask } from "./job/refusals.mjs";

const { TASKNOOK_URL: service, BETTER_AUTH_URL: issuer, BETTER_AUTH_SECRET: secret } = process.env;
const cookiesAreTokens = process.argv.includes("--cookies-are-tokens");

async function job() {
  const [alice, bob, carol] = await Promise.all(["alice", "bob", "carol"].map((name) => signUp(issuer, service, name)));
  await identity.nobodyWithoutAToken(service, alice);
  await identity.nobodyOnAnothersPath(alice, bob);
  await identity.everyTokenOfTheClientIsTaken(service, alice);
  for (const root of [alice.root, "/api/tasks"]) {
    await theLifeOfATask(alice, root);
    await thePreconditions(alice, root);
    await whatIsNotATask(alice, root);
  }
  await theLists(carol);
  await eachSeesOnlyTheirOwn(alice, bob);
  await noOtherTokenIsTaken({ issuer, service, secret, cookiesAreTokens }, bob);
}

try {
  await job();
  console.log(`${checks()} checks passed`);
} catch (failure) {
  console.error(failure.stack);
  process.exitCode = 1;
}
