/** A stream whose position cannot be followed has one event, which has no id, and ends. */
export function tellsToBeginAgain({ response }) {
  if (response.status !== 200) return [];
  const broken = /^text\/event-stream\b/.test(response.header('Content-Type') ?? '') ? [] : ['not text/event-stream'];
  if (response.header('Cache-Control') !== 'no-store') broken.push('a cache may store it');
  const lines = response.text.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
  return lines.join() === 'event: resync,data: {}' ? broken : [...broken, `not just resync: ${response.text}`];
}
