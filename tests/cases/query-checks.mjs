/** The case with `search`, the parameter that filters here, in the place of `q`. */
const searched = ({ world, request }) => world.a.send('GET', request.path.replace('?q=', '?search='));

export async function wildcardsAreLetters(context) {
  const response = await searched(context);
  return response?.status === 200 && response.json.length === 0 ? [] : ['a search for % finds what has none'];
}

export async function searchIsBounded(context) {
  const response = await searched(context);
  const nothing = response?.status === 200 && response.json.length === 0;
  return nothing || [400, 422].includes(response?.status) ? [] : [`the same search answers ${response?.status}`];
}

export const onlyOwn = ({ world, response }) => {
  if (response.status !== 200) return [];
  return response.json.every((task) => task.user_id === world.a.id) ? [] : ['rows of somebody else'];
};

export const beyondTheEnd = ({ response }) =>
  response.status === 200 && response.json.length ? ['rows beyond the end'] : [];
