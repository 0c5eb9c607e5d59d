const isPosition = (text) => /^[A-Za-z0-9_-]{1,128}$/.test(text);

/** A page of the one task that the user has. */
export function wholePage({ fixture, response }) {
  const { changes, next, more } = response.json ?? {};
  const { id, revision } = fixture.task;
  const expected = [{ revision, type: 'task', kind: 'put', id, task: fixture.task }];
  const broken = JSON.stringify(changes) === JSON.stringify(expected) ? [] : ['not exactly the own task'];
  if (!isPosition(next)) broken.push(`next is no position: ${next}`);
  return more === false ? broken : [...broken, 'more of one task'];
}

const pageOf = (response, expected) =>
  JSON.stringify(response.json?.changes) === JSON.stringify(expected) ? [] : [`not just ${JSON.stringify(expected)}`];

/** A new list, without counts, and then the task in it. */
export function listAndItsTask({ fixture: { list, listed }, response }) {
  const change = (type, object) => ({ revision: object.revision, type, kind: 'put', id: object.id, [type]: object });
  return pageOf(response, [change('list', list), change('task', listed)]);
}

export const deletionAlone = ({ fixture: { task }, response }) =>
  pageOf(response, [{ revision: task.revision + 1, type: 'task', kind: 'deleted', id: task.id }]);

/** A position of another user gets the response of a text that is none. */
export async function sameAsGarbage({ fixture, response }) {
  const garbage = await fixture.a.send('GET', `${fixture.a.tasks}/changes?since=garbage`);
  const [here, there] = [response, garbage].map(({ status, json }) => JSON.stringify([status, { ...json, request_id: '' }]));
  return here === there ? [] : [`another response than for a text that is no position: ${there}`];
}

/** Every text that cannot be followed has one code, which tells clients to begin again. */
export const tellsToBeginAgain = ({ response }) =>
  response.status !== 410 || response.json.code === 'resync_required' ? [] : [`the code ${response.json.code}`];

/** A wrong parameter is named. */
export const namesTheParameter = ({ testCase, response }) => {
  if (response.status !== 422) return [];
  const name = testCase.name.includes('_limit_') ? 'limit' : 'since';
  const locations = response.json.errors?.map(({ loc }) => loc.join('.'));
  return String(locations) === `query.${name}` ? [] : [`the errors are at ${locations}`];
};
