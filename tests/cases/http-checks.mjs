import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { request } from './wire.mjs';
import { residentBytes } from './server-process.mjs';

const VARIABLE = /^(?:date|x-request-id|traceparent|server-timing|ratelimit.*|x-ratelimit-.*)$/i;
const FRAMING = /^(?:content-length|transfer-encoding)$/i;
const RSS_GROWTH_MAX = 8 * 1024 * 1024;

export const allowOn405 = ({ response }) =>
  response.status === 405 && !response.header('Allow') ? ['a 405 without Allow'] : [];

export const acceptsOn415 = ({ response }) =>
  response.status === 415 && !['Accept-Post', 'Accept-Patch', 'Accept'].some((name) => response.header(name))
    ? ['a 415 without Accept-Post or Accept'] : [];

export const codingsOn415 = ({ response }) =>
  response.status === 415 && !response.header('Accept-Encoding') ? ['a 415 without Accept-Encoding'] : [];

export const allowListsMethods = ({ response }) =>
  ['GET', 'POST'].every((method) => response.header('Allow')?.includes(method))
    ? [] : ['Allow does not list GET and POST'];

/** HEAD: the headers of GET, nothing behind them. */
export async function sameAsGet({ world, response, request: sent }) {
  const get = await request(world.service.target, { ...sent, method: 'GET' });
  const fields = (answer) => answer.headers.filter(([name]) => !VARIABLE.test(name) && !FRAMING.test(name))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort().join(', ');
  const [there, here] = [fields(get), fields(response)];
  const broken = there === here ? [] : [`other headers than GET: ${there} / ${here}`];
  const declared = response.header('Content-Length');
  if (declared !== null && Number(declared) !== get.body.length) broken.push('another Content-Length than GET');
  return broken;
}

/** Other spellings of the same id are other paths. */
export async function noAliases({ world }) {
  const { id } = world.task;
  const broken = [];
  for (const alias of [`urn:uuid:${id}`, id.replaceAll('-', ''), `{${id}}`, `%7B${id}%7D`]) {
    const response = await world.a.send('GET', `${world.a.tasks}/${alias}`);
    if (response?.status !== 404 && response?.status !== 400) broken.push(`${alias} answers ${response?.status}`);
  }
  return broken;
}

/** `%31` for `1` in an own id names the same task. */
export async function encodedIdIsTheSame({ world }) {
  const { id } = world.task;
  const encoded = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  const response = await world.a.send('GET', `${world.a.tasks}/${encoded}`);
  return response?.json?.id === id ? [] : ['an own id with a percent-encoded digit is another'];
}

export async function guardedByRoute({ world, request: sent }) {
  const response = await request(world.service.target, { ...sent, headers: [] });
  return [401, 404].includes(response?.status) ? [] : [`without a token it answers ${response?.status}`];
}

/** No link of ours may be built from the host that a request names. */
export async function noForeignHost({ world }) {
  await world.a.add({ title: 'so that a page remains' });
  const absolute = await world.a.send('GET', `http://evil.test${world.a.tasks}?limit=1`);
  const forwarded = [['X-Forwarded-Host', 'evil.test']];
  const made = await world.a.sendJson('POST', `http://evil.test${world.a.tasks}`, { title: 'x' }, forwarded);
  const said = [absolute, made].flatMap((response) => [response?.headers.flat().join(' '), response?.text]).join(' ');
  return said.includes('evil.test') ? ['evil.test stands in an answer'] : [];
}

/** A method that no route has is refused in one order everywhere: 401 first, or 405 first. */
export async function sameOrderEverywhere({ world, response, request: sent }) {
  const broken = [];
  for (const path of [world.itemPath, `${world.itemPath}/complete`, '/api/tasks', world.missingPath]) {
    const other = await request(world.service.target, { ...sent, path });
    if (other?.status !== response.status) broken.push(`${path} answers ${other?.status}`);
  }
  return broken;
}

export async function nothingDeleted({ world }) {
  const kept = (await world.a.list()).some((task) => task.id === world.task.id);
  return kept ? [] : ['a task is gone'];
}

export function notModified({ response }) {
  const absent = ['ETag', 'Vary', 'Cache-Control'].filter((name) => !response.header(name));
  const broken = absent.map((name) => `a 304 without ${name}`);
  return response.body.length ? [...broken, 'a 304 with a body'] : broken;
}

export const currentEtagOn412 = ({ world, response }) =>
  response.header('ETag') === world.etag ? [] : ['a 412 without the current ETag'];

/** Of a hundred writers with one ETag, one. */
export async function oneWinner({ world }) {
  const { etag } = await freshTask(world);
  const writes = Array.from({ length: 100 }, (_, index) =>
    world.a.sendJson('PUT', world.racePath, { title: `writer ${index}` }, [['If-Match', etag]]));
  const answers = await Promise.all(writes);
  const winners = answers.filter((answer) => answer?.status === 200);
  const losers = answers.filter((answer) => answer?.status === 412);
  const stored = (await world.a.send('GET', world.racePath)).json.title;
  const broken = [];
  if (winners.length !== 1) broken.push(`${winners.length} winners`);
  if (losers.length !== 99) broken.push(`${losers.length} answers of 412`);
  if (winners[0] && winners[0].json.title !== stored) broken.push("the stored title is not the winner's");
  return broken;
}

async function freshTask(world) {
  const made = await world.a.add({ title: `race ${randomUUID()}` });
  world.racePath = `${world.a.tasks}/${made.json.id}`;
  return { etag: made.header('ETag') };
}

export function notForSharedCaches({ response }) {
  const control = response.header('Cache-Control') ?? '';
  if (/\bno-store\b/.test(control)) return [];
  const varies = response.all('Vary').join().toLowerCase().includes('authorization');
  return /\bprivate\b/.test(control) && varies ? [] : [`a shared cache may keep it: ${control}`];
}

/** Decompression is bounded by the body limit, and what fits is taken. */
export async function boundedDecompression({ world, request: sent }) {
  const gzipped = (bytes) => request(world.service.target, { ...sent, body: gzipSync(bytes) });
  const small = Buffer.from('{"title":"compressed"}');
  const fitting = Buffer.concat([small, Buffer.alloc(world.service.bodyLimit - small.length, ' ')]);
  const broken = [];
  // The first compressed body of a process pays for tables that stay.
  if ((await gzipped(small))?.status !== 201) broken.push('a compressed task is not taken');
  if ((await gzipped(fitting))?.status !== 201) broken.push('a compressed body of just the limit is not taken');
  const over = Buffer.concat([fitting, Buffer.from(' ')]);
  if ((await gzipped(over))?.status !== 413) broken.push('one byte over the limit is not 413');
  const before = residentBytes(world.service.target.port);
  // Small enough in compressed form to pass every look at Content-Length.
  const bomb = await gzipped(Buffer.alloc(50_000_000, 'a'));
  if (bomb?.status !== 413) broken.push(`50 MB in 50 KB answers ${bomb?.status}`);
  const growth = residentBytes(world.service.target.port) - before;
  if (growth > RSS_GROWTH_MAX) broken.push(`the process grew by ${Math.round(growth / 1024)} KiB`);
  if (Number.isNaN(growth)) broken.push('its memory cannot be read: TASKNOOK_PID says which process it is');
  return broken;
}
