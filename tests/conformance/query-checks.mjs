/** The case with `search`, the parameter that filters here, in the place of `q`. */
const searched = ({ fixture, request }) => fixture.a.send('GET', request.path.replace('?q=', '?search='));

export async function wildcardsAreLetters(context) {
  const response = await searched(context);
  return response?.status === 200 && response.json.length === 0 ? [] : ['a search for % finds what has none'];
}

export async function searchIsBounded(context) {
  const response = await searched(context);
  const nothing = response?.status === 200 && response.json.length === 0;
  return nothing || [400, 422].includes(response?.status) ? [] : [`the same search gets ${response?.status}`];
}

export const onlyOwn = ({ fixture, response }) => {
  if (response.status !== 200) return [];
  return response.json.every((task) => task.user_id === fixture.a.id) ? [] : ['rows of another user'];
};

export const beyondTheEnd = ({ response }) =>
  response.status === 200 && response.json.length ? ['rows beyond the end'] : [];
