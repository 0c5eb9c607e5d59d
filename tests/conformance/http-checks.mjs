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
export async function sameAsGet({ fixture, response, request: sent }) {
  const get = await request(fixture.service.target, { ...sent, method: 'GET' });
  const fields = (message) => message.headers.filter(([name]) => !VARIABLE.test(name) && !FRAMING.test(name))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort().join(', ');
  const [there, here] = [fields(get), fields(response)];
  const broken = there === here ? [] : [`other headers than GET: ${there} / ${here}`];
  const declared = response.header('Content-Length');
  if (declared !== null && Number(declared) !== get.body.length) broken.push('another Content-Length than GET');
  return broken;
}

/** Other spellings of the same id are other paths. */
export async function noAliases({ fixture }) {
  const { id } = fixture.task;
  const broken = [];
  for (const alias of [`urn:uuid:${id}`, id.replaceAll('-', ''), `{${id}}`, `%7B${id}%7D`]) {
    const response = await fixture.a.send('GET', `${fixture.a.tasks}/${alias}`);
    if (response?.status !== 404 && response?.status !== 400) broken.push(`${alias} gets ${response?.status}`);
  }
  return broken;
}

/** `%31` for `1` in an own id names the same task. */
export async function encodedIdIsTheSame({ fixture }) {
  const { id } = fixture.task;
  const encoded = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  const response = await fixture.a.send('GET', `${fixture.a.tasks}/${encoded}`);
  return response?.json?.id === id ? [] : ['an own id with a percent-encoded digit is another'];
}

export async function guardedByRoute({ fixture, request: sent }) {
  const response = await request(fixture.service.target, { ...sent, headers: [] });
  return [401, 404].includes(response?.status) ? [] : [`without a token it gets ${response?.status}`];
}

/** No link may be built from the host of a request. */
export async function noForeignHost({ fixture }) {
  await fixture.a.add({ title: 'so that a page remains' });
  const absolute = await fixture.a.send('GET', `http://evil.test${fixture.a.tasks}?limit=1`);
  const forwarded = [['X-Forwarded-Host', 'evil.test']];
  const made = await fixture.a.sendJson('POST', `http://evil.test${fixture.a.tasks}`, { title: 'x' }, forwarded);
  const text = [absolute, made].flatMap((response) => [response?.headers.flat().join(' '), response?.text]).join(' ');
  return text.includes('evil.test') ? ['a response contains evil.test'] : [];
}

/** An unsupported method is rejected in the same order on every route: 401 first, or 405 first. */
export async function sameOrderEverywhere({ fixture, response, request: sent }) {
  const broken = [];
  for (const path of [fixture.itemPath, `${fixture.itemPath}/complete`, '/api/tasks', fixture.missingPath]) {
    const other = await request(fixture.service.target, { ...sent, path });
    if (other?.status !== response.status) broken.push(`${path} gets ${other?.status}`);
  }
  return broken;
}

export async function nothingDeleted({ fixture }) {
  const kept = (await fixture.a.list()).some((task) => task.id === fixture.task.id);
  return kept ? [] : ['a task is gone'];
}

export function notModified({ response }) {
  const absent = ['ETag', 'Vary', 'Cache-Control'].filter((name) => !response.header(name));
  const broken = absent.map((name) => `a 304 without ${name}`);
  return response.body.length ? [...broken, 'a 304 with a body'] : broken;
}

export const currentEtagOn412 = ({ fixture, response }) =>
  response.header('ETag') === fixture.etag ? [] : ['a 412 without the current ETag'];

/** Of a hundred writers with one ETag, one. */
export async function oneWinner({ fixture }) {
  const { etag } = await freshTask(fixture);
  const writes = Array.from({ length: 100 }, (_, index) =>
    fixture.a.sendJson('PUT', fixture.racePath, { title: `writer ${index}` }, [['If-Match', etag]]));
  const responses = await Promise.all(writes);
  const winners = responses.filter((response) => response?.status === 200);
  const losers = responses.filter((response) => response?.status === 412);
  const stored = (await fixture.a.send('GET', fixture.racePath)).json.title;
  const broken = [];
  if (winners.length !== 1) broken.push(`${winners.length} winners`);
  if (losers.length !== 99) broken.push(`${losers.length} responses with 412`);
  if (winners[0] && winners[0].json.title !== stored) broken.push("the stored title is not the winner's");
  return broken;
}

async function freshTask(fixture) {
  const made = await fixture.a.add({ title: `race ${randomUUID()}` });
  fixture.racePath = `${fixture.a.tasks}/${made.json.id}`;
  return { etag: made.header('ETag') };
}

export function notForSharedCaches({ response }) {
  const control = response.header('Cache-Control') ?? '';
  if (/\bno-store\b/.test(control)) return [];
  const varies = response.all('Vary').join().toLowerCase().includes('authorization');
  return /\bprivate\b/.test(control) && varies ? [] : [`a shared cache may keep it: ${control}`];
}

/** Decompression is bounded by the body limit, and what fits is taken. */
export async function boundedDecompression({ fixture, request: sent }) {
  const gzipped = (bytes) => request(fixture.service.target, { ...sent, body: gzipSync(bytes) });
  const small = Buffer.from('{"title":"compressed"}');
  const fitting = Buffer.concat([small, Buffer.alloc(fixture.service.bodyLimit - small.length, ' ')]);
  const broken = [];
  // The first compressed body of a process pays for tables that stay.
  if ((await gzipped(small))?.status !== 201) broken.push('a compressed task is not taken');
  if ((await gzipped(fitting))?.status !== 201) broken.push('a compressed body of just the limit is not taken');
  const over = Buffer.concat([fitting, Buffer.from(' ')]);
  if ((await gzipped(over))?.status !== 413) broken.push('one byte over the limit is not 413');
  const before = residentBytes(fixture.service.target.port);
  // Small enough in compressed form to pass a check of Content-Length.
  const bomb = await gzipped(Buffer.alloc(50_000_000, 'a'));
  if (bomb?.status !== 413) broken.push(`50 MB in 50 KB gets ${bomb?.status}`);
  const growth = residentBytes(fixture.service.target.port) - before;
  if (growth > RSS_GROWTH_MAX) broken.push(`the process grew by ${Math.round(growth / 1024)} KiB`);
  if (Number.isNaN(growth)) broken.push('its memory cannot be read: set TASKNOOK_PID to its process id');
  return broken;
}
