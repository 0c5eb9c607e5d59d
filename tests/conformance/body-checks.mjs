import { deepTask } from './input-requests.mjs';
import { brokenRules } from './response-rules.mjs';
import { A_TASK, EITHER, NOT_JSON, NO_TASK } from './json-documents.mjs';
import { eachConcurrently } from './report.mjs';

const MEMBERS = ['id', 'user_id', 'title', 'description', 'completed', 'created_at', 'updated_at'];
const JSON_TYPE = [['Content-Type', 'application/json']];

/** The response to the creation, and the task behind its Location, are what was sent. */
export async function storedAsSent({ fixture, response, request: sent }) {
  if (response.status !== 201) return [];
  const task = response.json;
  const broken = [];
  if (!MEMBERS.every((member) => member in task)) broken.push('the task lacks members');
  if (task.user_id !== fixture.a.id) broken.push('the task is for another user');
  if (task.title !== JSON.parse(sent.body).title.trim()) broken.push('the title differs from what was sent');
  const location = new URL(response.header('Location') ?? '/', 'http://service').pathname;
  const read = await fixture.a.send('GET', location);
  if (JSON.stringify(read?.json) !== JSON.stringify(task)) broken.push('Location is not the URL of the task');
  return broken;
}

export function inertMarkup({ response }) {
  const type = response.header('Content-Type') ?? '';
  const sniffed = response.header('X-Content-Type-Options') !== 'nosniff';
  return !/^application\/json\b/.test(type) || sniffed ? ['not application/json with nosniff'] : [];
}

export const noForgedHeader = ({ response }) => (response.header('Set-Cookie') ? ['the title became a header'] : []);

/** Under the body limit it is the depth that must be bounded. */
export async function boundedDepth({ fixture }) {
  const broken = [];
  for (const body of [deepTask(30_000), Buffer.alloc(60_000, '['), deepTask(100)]) {
    const response = await fixture.a.send('POST', fixture.a.tasks, { headers: JSON_TYPE, body });
    const right = body.length < 1000 ? [201, 400, 422] : [400, 422];
    if (!right.includes(response?.status)) broken.push(`${body.length} bytes of arrays get ${response?.status}`);
  }
  return broken;
}

export async function nothingChanged({ fixture, response }) {
  return JSON.stringify(response.json) === JSON.stringify(fixture.task) ? [] : ['an empty patch changed something'];
}

/** A merge patch clears by null and keeps what it does not mention. */
export async function nullClearsAbsentKeeps({ fixture, response }) {
  const broken = response.json?.description === 'first' ? [] : ['an absent description was not kept'];
  const kept = await fixture.a.sendJson('PATCH', fixture.itemPath, { completed: true });
  const changed = kept?.json;
  if (changed?.description !== 'first' || !changed.completed) broken.push('an absent description was lost');
  const cleared = await fixture.a.sendJson('PATCH', fixture.itemPath, { description: null });
  const task = cleared?.json;
  if (task?.description !== null || task.title !== 'alpha') broken.push('null did not clear just the description');
  const rejected = await fixture.a.sendJson('PATCH', fixture.itemPath, { title: null });
  return rejected?.status === 422 ? broken : [...broken, `a null title gets ${rejected?.status}`];
}

const excerpt = (document) => JSON.stringify(document.toString('latin1').slice(0, 40));

/** Sends each document, and returns a sentence for each status that `right` does not list. */
async function failuresOf(documents, right, { fixture }) {
  const broken = [];
  await eachConcurrently(documents, 4, async (body) => {
    const response = await fixture.a.send('POST', fixture.a.tasks, { headers: JSON_TYPE, body });
    if (!response) broken.push(`${excerpt(body)} has no response`);
    else if (!right.includes(response.status)) broken.push(`${excerpt(body)} gets ${response.status}`);
    else broken.push(...brokenRules(response, { token: fixture.a.token }).map((rule) => `${excerpt(body)}: ${rule}`));
  });
  return broken;
}

/** The three classes of JSON documents. Their cases have no request of their own. */
export const documentCases = {
  jsontestsuite_n: (context) => failuresOf(NOT_JSON, [400], context),
  jsontestsuite_y: async (context) => [
    ...await failuresOf(NO_TASK, [422], context),
    ...await failuresOf(A_TASK, [201], context),
  ],
  jsontestsuite_i: (context) => failuresOf(EITHER, [201, 400, 422], context),
};
