/** A stream whose position cannot be followed has one event, which has no id, and ends. */
export function tellsToBeginAgain({ response }) {
  if (response.status !== 200) return [];
  const broken = /^text\/event-stream\b/.test(response.header('Content-Type') ?? '') ? [] : ['not text/event-stream'];
  const control = response.header('Cache-Control') ?? '';
  if (!/\bno-store\b/.test(control)) broken.push('a cache may store it');
  if (!/\bno-transform\b/.test(control)) broken.push('a proxy may compress it');
  const lines = response.text.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
  return lines.join() === 'event: resync,data: {}' ? broken : [...broken, `not just resync: ${response.text}`];
}
