import { gzipSync } from 'node:zlib';

const TITLE_MAX = 200;

const upperCased = (path) => path.replace('/api/', '/API/').replace(/tasks$/, 'TASKS');

/** Puts this case's tasks, users and sizes where the case files name them. */
async function filled(text, fixture) {
  const cursor = text.includes('{cursor_of_user_b}') ? await cursorOf(fixture.b) : '';
  const position = text.includes('{position_of_user_b}') ? await fixture.b.position() : '';
  const beforeList = text.includes('{position_before_list}')
    ? await positionBefore(fixture.a, () => fixture.addLists()) : '';
  const beforeDeletion = text.includes('{position_before_deletion}')
    ? await positionBefore(fixture.a, deletionOf(fixture)) : '';
  return text
    .replaceAll('{tasks, first letter percent-encoded}', fixture.a.tasks.replace(/tasks$/, '%74asks'))
    .replaceAll('{tasks}', fixture.a.tasks)
    .replaceAll('{lists}', fixture.a.lists)
    .replaceAll('{list}', fixture.list?.id)
    .replaceAll('{list_of_user_b}', fixture.theirList?.id)
    .replaceAll('{etag_of_list}', fixture.etagOfList)
    .replaceAll('{position_before_list}', beforeList)
    .replaceAll('{position_before_deletion}', beforeDeletion)
    .replaceAll('{TASKS}', upperCased(fixture.a.tasks))
    .replaceAll('{id}', fixture.task.id)
    .replaceAll('{ID_UPPERCASED}', fixture.task.id.toUpperCase())
    .replaceAll('{id_of_user_b}', fixture.theirTask.id)
    .replaceAll('{never_existed}', fixture.neverExisted)
    .replaceAll('{cursor_of_user_b}', cursor)
    .replaceAll('{position_of_user_b}', position)
    .replaceAll('{etag}', fixture.etag)
    .replaceAll('user-b', fixture.b.id)
    .replace(/\{repeat:(.):(\d+)\}/g, (_, character, count) => character.repeat(Number(count)));
}

async function cursorOf(user) {
  await user.add({ title: 'behind the first page' });
  const page = await user.send('GET', `${user.tasks}?limit=1`);
  const cursor = page.header('X-Next-Cursor');
  if (!cursor) throw new Error('a list of two with limit=1 has no X-Next-Cursor');
  return encodeURIComponent(cursor);
}

/** The position before what a client has to learn of. */
async function positionBefore(user, change) {
  const position = await user.position();
  await change();
  return position;
}

const deletionOf = (fixture) => async () => {
  const response = await fixture.a.send('DELETE', fixture.itemPath);
  if (response?.status !== 204) throw new Error(`not deleted: ${response?.status}`);
};

const titled = (title) => Buffer.from(JSON.stringify({ title }));
const length = (text, limit) => (text.startsWith('MAX') ? TITLE_MAX : text.startsWith('LIMIT') ? limit : Number(text))
  + (text.endsWith('+1') ? 1 : 0);

function paddedTo(size) {
  const empty = titled('').length;
  return titled('x'.repeat(size - empty));
}

function wide(count) {
  const members = Array.from({ length: count }, (_, index) => `"k${index}":${index}`);
  return Buffer.from(`{"title":"x",${members.join(',')}}`);
}

/** A task with so many arrays in one another, in a member that is ignored. */
export const deepTask = (depth) => Buffer.from(`{"title":"x","y":${'['.repeat(depth)}${']'.repeat(depth)}}`);

const generators = {
  gzip_repeat: ([text, count]) => gzipSync(Buffer.alloc(Number(count), text)),
  gzip2: () => gzipSync(gzipSync(titled('x'))),
  title_combining: ([count]) => titled(`e${'\u0301'.repeat(Number(count))}`),
  title: ([count], limit) => titled('x'.repeat(length(count, limit))),
  title_emoji: ([count], limit) => titled('🚀'.repeat(length(count, limit))),
  deep_unknown: ([depth]) => deepTask(Number(depth)),
  repeat: ([text, count]) => Buffer.alloc(Number(count), text),
  keys: ([count]) => wide(Number(count)),
  pad_to: ([size], limit) => paddedTo(length(size, limit)),
  utf16: () => Buffer.from(`\ufeff${JSON.stringify({ title: 'x' })}`, 'utf16le'),
};

async function bodyOf(body, fixture) {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(await filled(body, fixture));
  if (body.hex !== undefined) return Buffer.from(body.hex, 'hex');
  if (body.cl !== undefined) return { declaredLength: body.cl.digits ?? body.cl };
  const [name, ...arguments_] = body.gen.split(':');
  if (!generators[name]) throw new Error(`no such body: ${body.gen}`);
  return generators[name](arguments_, fixture.service.bodyLimit);
}

/** The request that a case describes, by the case's first user. */
export async function requestOf(testCase, fixture) {
  if (testCase.group === 'lists') await fixture.addLists();
  const headers = [];
  for (const [name, value] of testCase.headers ?? []) headers.push([name, await filled(value, fixture)]);
  const authorized = headers.some(([name]) => name.toLowerCase() === 'authorization');
  return {
    method: testCase.method,
    // No client can send a space in a target: the request line ends there. That is a framing case of its own.
    path: (await filled(testCase.path, fixture)).replaceAll(' ', '%20'),
    headers: authorized ? headers : [fixture.a.bearer, ...headers],
    body: await bodyOf(testCase.body, fixture),
  };
}
