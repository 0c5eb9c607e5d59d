import { deepTask } from './input-requests.mjs';
import { brokenRules } from './response-rules.mjs';
import { A_TASK, EITHER, NOT_JSON, NO_TASK } from './json-documents.mjs';
import { eachConcurrently } from './report.mjs';

const MEMBERS = ['id', 'user_id', 'title', 'description', 'completed', 'created_at', 'updated_at'];
const JSON_TYPE = [['Content-Type', 'application/json']];

/** What was made is what was sent, and is there. */
export async function storedAsSent({ world, response, request: sent }) {
  if (response.status !== 201) return [];
  const task = response.json;
  const broken = [];
  if (!MEMBERS.every((member) => member in task)) broken.push('the task lacks members');
  if (task.user_id !== world.a.id) broken.push('the task is for somebody else');
  if (task.title !== JSON.parse(sent.body).title.trim()) broken.push('the title came back otherwise');
  const location = new URL(response.header('Location') ?? '/', 'http://service').pathname;
  const read = await world.a.send('GET', location);
  if (JSON.stringify(read?.json) !== JSON.stringify(task)) broken.push('Location does not lead to the task');
  return broken;
}

export function inertMarkup({ response }) {
  const type = response.header('Content-Type') ?? '';
  const sniffed = response.header('X-Content-Type-Options') !== 'nosniff';
  return !/^application\/json\b/.test(type) || sniffed ? ['not application/json with nosniff'] : [];
}

export const noForgedHeader = ({ response }) => (response.header('Set-Cookie') ? ['the title became a header'] : []);

/** Under the body limit it is the depth that must be bounded. */
export async function boundedDepth({ world }) {
  const broken = [];
  for (const body of [deepTask(30_000), Buffer.alloc(60_000, '['), deepTask(100)]) {
    const response = await world.a.send('POST', world.a.tasks, { headers: JSON_TYPE, body });
    const right = body.length < 1000 ? [201, 400, 422] : [400, 422];
    if (!right.includes(response?.status)) broken.push(`${body.length} bytes of arrays answer ${response?.status}`);
  }
  return broken;
}

export async function nothingChanged({ world, response }) {
  return JSON.stringify(response.json) === JSON.stringify(world.task) ? [] : ['an empty patch changed something'];
}

/** A merge patch clears by null and keeps what it does not mention. */
export async function nullClearsAbsentKeeps({ world, response }) {
  const broken = response.json?.description === 'first' ? [] : ['an absent description was not kept'];
  const kept = await world.a.sendJson('PATCH', world.itemPath, { completed: true });
  const changed = kept?.json;
  if (changed?.description !== 'first' || !changed.completed) broken.push('an absent description was lost');
  const cleared = await world.a.sendJson('PATCH', world.itemPath, { description: null });
  const task = cleared?.json;
  if (task?.description !== null || task.title !== 'alpha') broken.push('null did not clear just the description');
  const refused = await world.a.sendJson('PATCH', world.itemPath, { title: null });
  return refused?.status === 422 ? broken : [...broken, `a null title answers ${refused?.status}`];
}

const excerpt = (document) => JSON.stringify(document.toString('latin1').slice(0, 40));

/** Sends each document; the sentences say which were answered otherwise than `right` allows. */
async function answersTo(documents, right, { world }) {
  const broken = [];
  await eachConcurrently(documents, 4, async (body) => {
    const response = await world.a.send('POST', world.a.tasks, { headers: JSON_TYPE, body });
    if (!response) broken.push(`${excerpt(body)} has no answer`);
    else if (!right.includes(response.status)) broken.push(`${excerpt(body)} answers ${response.status}`);
    else broken.push(...brokenRules(response, { token: world.a.token }).map((rule) => `${excerpt(body)}: ${rule}`));
  });
  return broken;
}

/** The three classes of documents, in place of a request of the case's own. */
export const documentCases = {
  jsontestsuite_n: (context) => answersTo(NOT_JSON, [400], context),
  jsontestsuite_y: async (context) => [
    ...await answersTo(NO_TASK, [422], context),
    ...await answersTo(A_TASK, [201], context),
  ],
  jsontestsuite_i: (context) => answersTo(EITHER, [201, 400, 422], context),
};
