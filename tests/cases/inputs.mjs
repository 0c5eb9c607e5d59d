// Every odd input of the case files against a service that runs already: the environment says where (README.md).

import { writeFileSync } from 'node:fs';
import { loadCases } from './case-files.mjs';
import { allowedStatuses, parserMayAnswer, reasonOf } from './expectations.mjs';
import { challengeError, brokenRules } from './response-rules.mjs';
import { checksOf } from './input-checks.mjs';
import { documentCases } from './body-checks.mjs';
import { requestOf } from './input-requests.mjs';
import { frame } from './framing-runner.mjs';
import { slowClients } from './slow-clients.mjs';
import { crowds } from './crowds.mjs';
import { request } from './wire.mjs';
import { Report, eachConcurrently } from './report.mjs';
import { World, serviceFromEnvironment } from './world.mjs';

const WIDTH = 12;
const MEASURED_ALONE = new Set(['ce_gzip_bomb']);

const { cases } = loadCases('input_cases.json');
const service = serviceFromEnvironment();
const report = new Report();

/** Prepares what the case needs, then returns how to play it: to its answer, and what was wrong on the way. */
async function prepared(testCase, world) {
  const special = slowClients[testCase.name] ?? crowds[testCase.name];
  if (special) return () => special(world, report);
  if (testCase.method === 'RAW') return () => frame(testCase, world);
  const documents = documentCases[testCase.name];
  if (documents) return async () => ({ failures: await documents({ world }), answeredElsewhere: true });
  const sent = await requestOf(testCase, world);
  return async () => ({ response: await request(service.target, sent), request: sent, failures: [] });
}

function judged(testCase, world, { response, request: sent }) {
  const allowed = allowedStatuses(testCase);
  if (!response) return ['no answer'];
  const rules = brokenRules(response, {
    method: testCase.method, token: world.a.token, allowed, parserMayAnswer: parserMayAnswer(testCase),
  });
  const wrongStatus = allowed.includes(response.status) ? [] : ['another status'];
  const anonymous = sent?.headers.some(([name, value]) => name === 'Authorization' && value === '');
  const wrongError = response.status === 401 && (challengeError(response) === null) !== Boolean(anonymous);
  return [...wrongStatus, ...rules, ...(wrongError ? [`error="${challengeError(response)}" in the challenge`] : [])];
}

async function looked(testCase, context) {
  const failures = [];
  for (const check of checksOf(testCase)) failures.push(...await check(context));
  return failures;
}

function changedRows(before, after, status) {
  const changed = before.b === after.b ? [] : ["user b's rows changed"];
  const mine = status >= 400 && before.a !== after.a;
  return mine ? [...changed, 'rows changed by a refused request'] : changed;
}

async function failuresOf(testCase, world, played) {
  if (played.answeredElsewhere) return played.failures;
  const failures = [...played.failures, ...judged(testCase, world, played)];
  const rightStatus = allowedStatuses(testCase).includes(played.response?.status);
  // A check takes the right status for granted.
  if (!rightStatus || testCase.method === 'RAW') return failures;
  return [...failures, ...await looked(testCase, { testCase, world, ...played })];
}

async function run(testCase) {
  let played = { failures: [] };
  let failures;
  try {
    const world = await World.of(service, testCase.name);
    const play = await prepared(testCase, world);
    const before = await world.rows();
    played = await play();
    const after = await world.rows();
    const changes = played.answeredElsewhere ? [] : changedRows(before, after, played.response?.status);
    failures = [...changes, ...await failuresOf(testCase, world, played)];
  } catch (error) {
    failures = [...played.failures, error.message];
  }
  const { response } = played;
  report.add(testCase.name, {
    expected: allowedStatuses(testCase),
    reason: reasonOf(testCase),
    got: response?.status,
    failures,
    excerpt: response?.text,
  });
}

const named = (table) => (testCase) => testCase.name in table;
const alone = cases.filter((testCase) => MEASURED_ALONE.has(testCase.name));
const crowded = cases.filter(named(crowds));
const slow = cases.filter(named(slowClients));
const ordinary = cases.filter((testCase) => ![...alone, ...crowded, ...slow].includes(testCase));

await eachConcurrently(ordinary, WIDTH, run);
await eachConcurrently(alone, 1, run);
await eachConcurrently(slow, slow.length, run);
await eachConcurrently(crowded, 1, run);
if (process.env.TASKNOOK_ANSWERS) writeFileSync(process.env.TASKNOOK_ANSWERS, JSON.stringify(report.answers, null, 1));
process.exitCode = report.close();
