import { allowedStatuses, expectations, parserMayReject } from './expectations.mjs';
import { brokenRules, challengeError } from './response-rules.mjs';

/** What is wrong with the response to a token. */
export function tokenFailures(testCase, token, response) {
  if (!response) return ['no response'];
  const allowed = allowedStatuses(testCase);
  const wrongStatus = allowed.includes(response.status) ? [] : ['another status'];
  const rules = brokenRules(response, { token, allowed, parserMayReject: parserMayReject(testCase) });
  return [...wrongStatus, ...rules, ...wrongError(testCase, response)];
}

/** RFC 6750 §3.1: no error for no credentials; invalid_request with 400; invalid_token with 401. */
function wrongError(testCase, response) {
  const parserRejected = response.body.length === 0;
  if (![400, 401].includes(response.status) || parserRejected) return [];
  const wanted = wantedErrors(testCase, response.status);
  const error = challengeError(response);
  return wanted.includes(error) ? [] : [`error="${error}" in the challenge, wanted ${wanted.join(' or ')}`];
}

function wantedErrors({ name, build, expect }, status) {
  if (status === 400) return ['invalid_request'];
  if (expectations[name]?.errors) return expectations[name].errors;
  const sent = build.headers?.some(([field]) => field.toLowerCase() === 'authorization') ?? true;
  if (expect.error === null || !sent) return [null];
  return ['invalid_token'];
}
