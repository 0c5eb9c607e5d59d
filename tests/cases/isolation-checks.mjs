import { request } from './wire.mjs';

// These differ between any two answers, whatever they are about.
const PER_ANSWER = /^(?:date|x-request-id|traceparent|server-timing|retry-after|ratelimit.*|x-ratelimit-.*)$/i;

function comparable(response) {
  const lasting = response.headers.filter(([name]) => !PER_ANSWER.test(name));
  const headers = lasting.map(([name, value]) => `${name}: ${value}`);
  const body = response.text.replace(/"request_id":\s*"[^"]*"/, '"request_id":"…"');
  return { status: response.status, headers: headers.sort().join('\n'), body };
}

/** The same request for a task that never was must be answered by the same bytes. */
export async function sameAsMissing({ world, response, request: sent }) {
  const path = sent.path.replace(/\/[^/?]*$/, `/${world.neverExisted}`);
  const missing = await request(world.service.target, { ...sent, path });
  const [here, there] = [comparable(response), comparable(missing)];
  return ['status', 'headers', 'body']
    .filter((part) => here[part] !== there[part])
    .map((part) => `another ${part} than for a task that never was: ${there[part]}`);
}

const ids = (tasks) => tasks.map((task) => task.id);

export function noRowsOfB({ world, response }) {
  if (response.status !== 200) return [];
  const theirs = (response.json ?? []).filter((task) => task.user_id !== world.a.id);
  const leaked = theirs.length || response.text.includes(world.b.id) || response.text.includes(world.theirTask.id);
  return leaked ? ['a row of another user'] : [];
}

export async function onlyOwnRows({ world, response }) {
  const own = ids(response.json ?? []).join() === world.task.id;
  return own ? noRowsOfB({ world, response }) : ['not exactly the own rows'];
}

export async function ownerIsTheCaller({ world, response }) {
  if (response.status !== 201) return [];
  const theirs = ids(await world.b.list());
  const wrong = response.json.user_id !== world.a.id || theirs.includes(response.json.id);
  return wrong ? ['stored for somebody else than the caller'] : [];
}

export const idNotHonoured = ({ world, response }) =>
  response.json?.id === world.theirTask.id ? ['the id of the body was believed'] : [];

export function timestampsNotHonoured({ response }) {
  return response.json?.created_at?.startsWith('1970') ? ['created_at of the body was believed'] : [];
}

export async function ownerUnchanged({ world, response }) {
  const mine = await world.a.list();
  const kept = ids(mine).includes(world.task.id) && response.json?.user_id === world.a.id;
  return kept ? [] : ['the task changed hands'];
}

export async function replayIsPerUser({ world, request: sent, response }) {
  const replay = (user) => user.send('POST', user.tasks, { headers: sent.headers.slice(1), body: sent.body });
  const other = await replay(world.b);
  const broken = [];
  const foreign = other.status !== 201 || other.json.user_id !== world.b.id;
  if (foreign) broken.push('the replay by user b is not a task of user b');
  if (other.text.includes(response.json.id)) broken.push("the replay by user b returned user a's task");
  return broken;
}
