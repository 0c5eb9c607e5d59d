const LIBRARY_WORDS = new RegExp(
  [
    'serde', 'actix', 'jsonwebtoken', 'diesel', 'sqlite', 'postgres', 'libpq', 'sqlstate', 'r2d2', 'tokio', 'rustls',
    'panicked', 'stack backtrace', 'line \\d+ column', 'EOF while', 'expected value', 'expected ident',
    'trailing characters', 'unknown variant', 'missing field', 'invalid type:', 'invalid digit found',
    'InvalidToken', 'InvalidSignature', 'InvalidHeader', 'ParseIntError', 'PayloadError',
  ].join('|'),
  'i',
);

const MEMBERS = ['type', 'title', 'detail', 'code', 'request_id'];

/** The rules that hold for every response. `parserMayReject`: the HTTP parser itself may have rejected the request. */
export function brokenRules(response, { method = 'GET', token, allowed = [], parserMayReject = false } = {}) {
  const broken = [];
  if (response.status >= 500 && !allowed.includes(response.status)) broken.push('a 5xx');
  if (response.status === 401) broken.push(...brokenChallenge(response));
  if (echoes(response, token)) broken.push('the response repeats the token');
  if (response.elapsed > 10_000) broken.push(`responded after ${Math.round(response.elapsed)} ms`);
  if (response.status < 400 || method === 'HEAD') return broken;
  if (parserMayReject && response.body.length === 0) return broken;
  return [...broken, ...brokenProblem(response)];
}

function brokenChallenge(response) {
  const challenges = response.all('WWW-Authenticate');
  if (challenges.length !== 1 || !/^Bearer(?: |$)/.test(challenges[0])) return ['no WWW-Authenticate: Bearer on a 401'];
  const described = /error_description="[^"]+"/.test(challenges[0]);
  return challengeError(response) !== null && !described ? ['an error without an error_description'] : [];
}

/** The `error` attribute of the challenge, or null. */
export function challengeError(response) {
  return /[ ,]error="([^"]*)"/.exec(response.header('WWW-Authenticate') ?? '')?.[1] ?? null;
}

function echoes(response, token) {
  // Anything shorter is a word, not a token.
  if (!token || token.length < 40) return false;
  const text = response.headers.flat().join('\n') + response.text;
  return text.includes(token) || token.split('.').some((part) => part.length >= 40 && text.includes(part));
}

function brokenProblem(response) {
  const broken = [];
  if (!/^application\/problem\+json\b/.test(response.header('Content-Type') ?? '')) broken.push('not problem+json');
  const problem = response.json;
  const isObject = problem !== null && typeof problem === 'object' && !Array.isArray(problem);
  if (!isObject) return [...broken, 'no problem object'];
  for (const member of MEMBERS) {
    if (typeof problem[member] !== 'string' || problem[member] === '') broken.push(`problem without text in ${member}`);
  }
  if (problem.status !== response.status) broken.push('the problem has another status');
  if (response.status === 401 && !/token/.test(problem.detail ?? '')) broken.push('detail does not mention the token');
  const words = LIBRARY_WORDS.exec(response.text);
  if (words) broken.push(`library words: ${words[0]}`);
  return broken;
}
