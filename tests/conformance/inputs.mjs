// Sends every case of input_cases.json to a running service, which the environment names (README.md).

import { writeFileSync } from 'node:fs';
import { loadCases } from './load-cases.mjs';
import { allowedStatuses, parserMayReject, reasonOf } from './expectations.mjs';
import { challengeError, brokenRules } from './response-rules.mjs';
import { checksOf } from './input-checks.mjs';
import { documentCases } from './body-checks.mjs';
import { requestOf } from './input-requests.mjs';
import { frame } from './framing-runner.mjs';
import { slowClients } from './slow-clients.mjs';
import { manyConnections } from './many-connections.mjs';
import { request } from './wire.mjs';
import { Report, eachConcurrently } from './report.mjs';
import { Fixture, serviceFromEnvironment } from './fixture.mjs';

const WIDTH = 12;
const MEASURED_ALONE = new Set(['ce_gzip_bomb']);

const excluded = (process.env.TASKNOOK_EXCLUDE ?? '').split(' ').filter(Boolean);
const isExcluded = (testCase) => excluded.includes(testCase.name) || excluded.includes(testCase.group);

const all = loadCases('input_cases.json');
const unknown = excluded.filter((name) => !all.some((testCase) => [testCase.name, testCase.group].includes(name)));
if (unknown.length) throw new Error(`TASKNOOK_EXCLUDE has names of no case and no group: ${unknown.join(' ')}`);
const cases = all.filter((testCase) => !isExcluded(testCase));
const service = serviceFromEnvironment();
const report = new Report();

/** Prepares what the case needs. Returns a function that plays it, to its response and the failures so far. */
async function prepared(testCase, fixture) {
  const special = slowClients[testCase.name] ?? manyConnections[testCase.name];
  if (special) return () => special(fixture, report);
  if (testCase.method === 'RAW') return () => frame(testCase, fixture);
  const documents = documentCases[testCase.name];
  if (documents) return async () => ({ failures: await documents({ fixture }), checkedElsewhere: true });
  const sent = await requestOf(testCase, fixture);
  return async () => ({ response: await request(service.target, sent), request: sent, failures: [] });
}

function responseFailures(testCase, fixture, { response, request: sent }) {
  const allowed = allowedStatuses(testCase);
  if (!response) return ['no response'];
  const rules = brokenRules(response, {
    method: testCase.method, token: fixture.a.token, allowed, parserMayReject: parserMayReject(testCase),
  });
  const wrongStatus = allowed.includes(response.status) ? [] : ['another status'];
  const anonymous = sent?.headers.some(([name, value]) => name === 'Authorization' && value === '');
  const wrongError = response.status === 401 && (challengeError(response) === null) !== Boolean(anonymous);
  return [...wrongStatus, ...rules, ...(wrongError ? [`error="${challengeError(response)}" in the challenge`] : [])];
}

async function checkFailures(testCase, context) {
  const failures = [];
  for (const check of checksOf(testCase)) failures.push(...await check(context));
  return failures;
}

function changedRows(before, after, status) {
  const changed = before.b === after.b ? [] : ["user b's rows changed"];
  const mine = status >= 400 && before.a !== after.a;
  return mine ? [...changed, 'rows changed by a rejected request'] : changed;
}

async function failuresOf(testCase, fixture, played) {
  if (played.checkedElsewhere) return played.failures;
  const failures = [...played.failures, ...responseFailures(testCase, fixture, played)];
  const rightStatus = allowedStatuses(testCase).includes(played.response?.status);
  // The checks presume the right status.
  if (!rightStatus || testCase.method === 'RAW') return failures;
  return [...failures, ...await checkFailures(testCase, { testCase, fixture, ...played })];
}

async function run(testCase) {
  let played = { failures: [] };
  let failures;
  try {
    const fixture = await Fixture.of(service, testCase.name);
    const play = await prepared(testCase, fixture);
    const before = await fixture.rows();
    played = await play();
    const after = await fixture.rows();
    const changes = played.checkedElsewhere ? [] : changedRows(before, after, played.response?.status);
    failures = [...changes, ...await failuresOf(testCase, fixture, played)];
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
const crowded = cases.filter(named(manyConnections));
const slow = cases.filter(named(slowClients));
const ordinary = cases.filter((testCase) => ![...alone, ...crowded, ...slow].includes(testCase));

await eachConcurrently(ordinary, WIDTH, run);
await eachConcurrently(alone, 1, run);
await eachConcurrently(slow, slow.length, run);
await eachConcurrently(crowded, 1, run);
if (process.env.TASKNOOK_RESPONSES) writeFileSync(process.env.TASKNOOK_RESPONSES, JSON.stringify(report.statuses, null, 1));
process.exitCode = report.close();
