const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const at = async (fixture, path) => await fixture.a.send('GET', path);

/** Exactly the list of the user, with one open task. */
export const ownListWithCounts = ({ fixture, response }) =>
  same(response.json, [{ ...fixture.list, open: 1, completed: 0 }]) ? [] : ['not exactly the own list with its counts'];

/** A response of the list as it was. */
export const unchangedList = ({ fixture, response }) => (same(response.json, fixture.list) ? [] : ['the list changed']);

export const noTasks = ({ response }) => (response.json.length ? ['tasks of a list of another user'] : []);

/** Members that clients cannot write are the service's. */
export function ownMembers({ fixture, response }) {
  const { id, user_id: owner, position, created_at: created } = response.json;
  const foreign = [owner !== fixture.a.id, id === fixture.theirList.id, position === 'A', created.startsWith('1970')];
  return foreign.includes(true) ? ['a read-only member of the body was used'] : [];
}

export const colorInLowerCase = ({ response }) => (response.json.color === '#1e90ff' ? [] : ['another color']);

export const currentTagOn412 = ({ fixture, response }) =>
  response.status !== 412 || response.header('ETag') === fixture.etagOfList ? [] : ['a 412 without the current ETag'];

export async function atItsLocation({ fixture, response }) {
  if (response.status !== 201) return [];
  const location = new URL(response.header('Location') ?? '/', 'http://service').pathname;
  const read = await at(fixture, location);
  const broken = same(read?.json, response.json) ? [] : ['Location is not the URL of the list'];
  return read?.header('ETag') === response.header('ETag') ? broken : [...broken, 'another ETag at its Location'];
}

export const chosenId = ({ fixture, response }) =>
  response.json.id === fixture.neverExisted ? [] : ['another id than the chosen one'];

const CODES = { 404: 'list_not_found', 409: 'already_exists', 412: 'precondition_failed', 422: 'validation' };

/** A client decides by the code. */
export function hasItsCode({ testCase, response }) {
  const expected = testCase.method === 'HEAD' || testCase.name.startsWith('list_id_') ? undefined : CODES[response.status];
  const code = response.json?.code;
  return expected === undefined || code === expected ? [] : [`the code ${code}`];
}

const NAMED = [
  [/^list_name_/, 'body.name'],
  [/^list_color_/, 'body.color'],
  [/^list_of_user_b_for_/, 'body.list_id'],
  [/^list_of_user_b_as_neighbour/, 'body.before'],
  [/^list_delete_/, 'query.tasks'],
];

/** A wrong member or parameter is named. */
export function namesTheMember({ testCase, response }) {
  if (response.status !== 422) return [];
  const [, expected] = NAMED.find(([name]) => name.test(testCase.name)) ?? [];
  const locations = String(response.json.errors?.map(({ loc }) => loc.join('.')));
  return expected === undefined || locations === expected ? [] : [`the errors are at ${locations}`];
}

/** The task of the deleted list, and the list itself. */
async function afterDeletion(fixture, path) {
  const [task, list] = await Promise.all([at(fixture, path), at(fixture, `${fixture.a.lists}/${fixture.list.id}`)]);
  const broken = list?.status === 404 ? [] : ['the list is still there'];
  const { title, list_id: of } = task?.json ?? {};
  return task?.status === 200 && title === fixture.listed.title && of === null ? broken : [...broken, 'the task is not as expected'];
}

export const keepsTasks = ({ fixture }) => afterDeletion(fixture, `${fixture.a.tasks}/${fixture.listed.id}`);

export async function trashesTasks({ fixture }) {
  const live = await at(fixture, `${fixture.a.tasks}/${fixture.listed.id}`);
  const broken = live?.status === 404 ? [] : ['the task is live'];
  return [...broken, ...await afterDeletion(fixture, `${fixture.a.tasks}/trash/${fixture.listed.id}`)];
}
