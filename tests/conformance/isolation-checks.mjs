import { request } from './wire.mjs';

// These differ between any two responses.
const PER_RESPONSE = /^(?:date|x-request-id|traceparent|server-timing|retry-after|ratelimit.*|x-ratelimit-.*)$/i;

function comparable(response) {
  const lasting = response.headers.filter(([name]) => !PER_RESPONSE.test(name));
  const headers = lasting.map(([name, value]) => `${name}: ${value}`);
  const body = response.text.replace(/"request_id":\s*"[^"]*"/, '"request_id":"…"');
  return { status: response.status, headers: headers.sort().join('\n'), body };
}

/** The same request for a task that never existed must get the same bytes. */
export async function sameAsMissing({ fixture, response, request: sent }) {
  const path = sent.path.replace(/\/[^/?]*$/, `/${fixture.neverExisted}`);
  const missing = await request(fixture.service.target, { ...sent, path });
  const [here, there] = [comparable(response), comparable(missing)];
  return ['status', 'headers', 'body']
    .filter((part) => here[part] !== there[part])
    .map((part) => `another ${part} than for a task that never existed: ${there[part]}`);
}

const ids = (tasks) => tasks.map((task) => task.id);

export function noRowsOfB({ fixture, response }) {
  if (response.status !== 200) return [];
  const theirs = (response.json ?? []).filter((task) => task.user_id !== fixture.a.id);
  const leaked = theirs.length || response.text.includes(fixture.b.id) || response.text.includes(fixture.theirTask.id);
  return leaked ? ['a row of another user'] : [];
}

export async function onlyOwnRows({ fixture, response }) {
  const own = ids(response.json ?? []).join() === fixture.task.id;
  return own ? noRowsOfB({ fixture, response }) : ['not exactly the own rows'];
}

export async function ownerIsTheCaller({ fixture, response }) {
  if (response.status !== 201) return [];
  const theirs = ids(await fixture.b.list());
  const wrong = response.json.user_id !== fixture.a.id || theirs.includes(response.json.id);
  return wrong ? ['stored for another user than the caller'] : [];
}

export const idIsIgnored = ({ fixture, response }) =>
  response.json?.id === fixture.theirTask.id ? ['the id of the body was used'] : [];

export function timestampsAreIgnored({ response }) {
  return response.json?.created_at?.startsWith('1970') ? ['created_at of the body was used'] : [];
}

export async function ownerUnchanged({ fixture, response }) {
  const mine = await fixture.a.list();
  const kept = ids(mine).includes(fixture.task.id) && response.json?.user_id === fixture.a.id;
  return kept ? [] : ['the task changed its owner'];
}

export async function replayIsPerUser({ fixture, request: sent, response }) {
  const replay = (user) => user.send('POST', user.tasks, { headers: sent.headers.slice(1), body: sent.body });
  const other = await replay(fixture.b);
  const broken = [];
  const foreign = other.status !== 201 || other.json.user_id !== fixture.b.id;
  if (foreign) broken.push('the replay by user b is not a task of user b');
  if (other.text.includes(response.json.id)) broken.push("the replay by user b returned user a's task");
  return broken;
}
