// Sends every token of token_cases.json to services that this program starts, as the environment describes (README.md).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCases } from './load-cases.mjs';
import { bearerRequest, transportRequest } from './credentials.mjs';
import { allowedStatuses, reasonOf } from './expectations.mjs';
import { KeyServer } from './key-server.mjs';
import { keysAreThere, onceKeysAreThere, rotations } from './key-rotation.mjs';
import { SECRET, keySet } from './keys.mjs';
import { brokenLog } from './log-rules.mjs';
import { Report, eachConcurrently } from './report.mjs';
import { Service } from './service.mjs';
import { AUDIENCE, ISSUER, buildToken } from './token-builder.mjs';
import { NOT_OBSERVABLE, checksOfToken } from './token-checks.mjs';
import { Rows } from './token-isolation.mjs';
import { tokenFailures } from './token-failures.mjs';
import { request } from './wire.mjs';

const WIDTH = 8;
const SERVICES_AT_ONCE = 4;
// Longer than the run, so that every fetch after the start and the burst for unknown kids is one too many.
const COOLDOWN_SECONDS = 120;
const SHORT_COOLDOWN_SECONDS = 1;

const cases = loadCases('token_cases.json');
if (!process.env.TASKNOOK_BIN) {
  console.log('TASKNOOK_BIN is required: the binary to start');
  process.exit(2);
}
const report = new Report();
const folder = mkdtempSync(join(tmpdir(), 'tasknook-tokens-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const tokensSent = [];
let files = 0;
const fileDatabase = () => `sqlite://${join(folder, `${(files += 1)}.db`)}`;
const trusted = { TASKNOOK_AUTH__ISSUERS: ISSUER, TASKNOOK_AUTH__AUDIENCES: AUDIENCE };
const settingsWithKeys = (url, cooldown) =>
  ({ ...trusted, TASKNOOK_AUTH__JWKS_URL: url, TASKNOOK_AUTH__JWKS_COOLDOWN_SECONDS: String(cooldown) });

function requestFor(testCase) {
  if (testCase.group === 'transport') return transportRequest(testCase);
  const token = buildToken(testCase.build, Math.floor(Date.now() / 1000));
  return { token, request: bearerRequest(token) };
}

function add(testCase, response, failures) {
  report.add(testCase.name, {
    expected: allowedStatuses(testCase),
    reason: reasonOf(testCase),
    got: response?.status,
    failures,
    excerpt: response?.text,
  });
  const reason = NOT_OBSERVABLE[testCase.expect.side_effect];
  if (reason) report.note(`${testCase.name}: "${testCase.expect.side_effect}" is not checked: ${reason}`);
}

/** One case against a service that is there. */
async function run(testCase, surroundings) {
  let response;
  let failures;
  try {
    const sent = requestFor(testCase);
    tokensSent.push(sent.token);
    response = await request(surroundings.target, sent.request);
    failures = tokenFailures(testCase, sent.token, response);
    const context = { ...surroundings, testCase, response, database: fileDatabase };
    for (const check of failures.length ? [] : checksOfToken(testCase)) failures.push(...await check(context));
  } catch (error) {
    failures = [error.message];
  }
  add(testCase, response, failures);
}

/** A case with a key set of its own, and so with a service of its own. */
async function runWithOwnKeys(testCase, keys) {
  const { name } = testCase;
  const rotation = rotations[name];
  const url = keys.serve(name, keySet(rotation ? undefined : testCase.build.jwks));
  let service;
  let played = { failures: [] };
  try {
    service = await Service.start({ ...settingsWithKeys(url, SHORT_COOLDOWN_SECONDS), DATABASE_URL: fileDatabase() });
    const sent = requestFor(testCase);
    played = rotation
      ? await rotation({ target: service.target, keys, name, recipe: testCase.build.jwks })
      : { response: await onceKeysAreThere(() => request(service.target, sent.request)), failures: [] };
    played.failures.push(...tokenFailures(testCase, sent.token, played.response));
    played.failures.push(...brokenLog(service.logLines, [sent.token]));
  } catch (error) {
    played.failures.push(error.message);
  }
  await service?.stop();
  add(testCase, played.response, played.failures);
}

/** Both trust anchors at once: each takes its own tokens, and a public key is still no secret. */
async function runSideBySide(keys) {
  const service = await Service.start({
    ...settingsWithKeys(keys.serve('both', keySet()), COOLDOWN_SECONDS),
    BETTER_AUTH_SECRET: SECRET,
    DATABASE_URL: fileDatabase(),
  });
  const apart = /^(?:ok_|confusion_hs256_key_|confusion_es256|confusion_empty|alg_hs|alg_none|hdr_.*_attacker)/;
  const failures = [];
  await eachConcurrently(cases.filter(({ name }) => apart.test(name)), WIDTH, async (testCase) => {
    const sent = requestFor(testCase);
    const response = await onceKeysAreThere(() => request(service.target, sent.request));
    failures.push(...tokenFailures(testCase, sent.token, response).map((failure) => `${testCase.name}: ${failure}`));
  });
  await service.stop();
  return failures;
}

async function main() {
  const keys = await KeyServer.start();
  const onFiles = process.env.DATABASE_URL?.startsWith('sqlite') ?? true;
  const database = process.env.DATABASE_URL ?? fileDatabase();
  const sharedSecret = await Service.start({ ...trusted, BETTER_AUTH_SECRET: SECRET, DATABASE_URL: database });
  const started = performance.now();
  const keyed = await Service.start({
    ...settingsWithKeys(keys.serve('all', keySet()), COOLDOWN_SECONDS),
    DATABASE_URL: onFiles ? fileDatabase() : database,
  });
  await keysAreThere(keyed.target);
  const rows = await Rows.seed(sharedSecret.target);
  const surroundings = { keys, rows, started, cooldown: COOLDOWN_SECONDS };

  const timed = ({ name }) => name === 'hdr_deep_nesting';
  const byService = (testCase) => {
    const { target } = testCase.build.mode === 'JWKS' ? keyed : sharedSecret;
    return run(testCase, { ...surroundings, target });
  };
  const withOwnKeys = cases.filter(({ build }) => build.jwks);
  const sharing = cases.filter((testCase) => !testCase.build.jwks && !timed(testCase));
  await eachConcurrently(sharing, WIDTH, byService);
  await eachConcurrently(cases.filter(timed), 1, byService);
  await eachConcurrently(withOwnKeys, SERVICES_AT_ONCE, (testCase) => runWithOwnKeys(testCase, keys));

  report.add('both trust anchors side by side', { failures: await runSideBySide(keys) });
  report.add('no row of user-a or user-b changed', { failures: await rows.unchanged() ? [] : ['rows changed'] });
  await Promise.all([sharedSecret.stop(), keyed.stop()]);
  const log = [...sharedSecret.logLines, ...keyed.logLines];
  report.add('no token, secret or forged line in the log', { failures: brokenLog(log, tokensSent) });
  keys.stop();
}

try {
  await main();
} catch (error) {
  report.add('the run itself', { failures: [error.message] });
}
if (process.env.TASKNOOK_RESPONSES) writeFileSync(process.env.TASKNOOK_RESPONSES, JSON.stringify(report.statuses, null, 1));
process.exit(report.close());
