import { AUDIENCE, ISSUER, buildToken } from './token-builder.mjs';
import { bearerRequest } from './credentials.mjs';
import { request } from './wire.mjs';
import { allowedStatuses } from './expectations.mjs';
import { failsToStart } from './service.mjs';

// The list of the case, and the constants that Better Auth signs with when no secret is configured.
const WEAK_SECRETS = ['secret', 'changeme', 'password', 'your-256-bit-secret', 'supersecret',
  'better-auth-secret-12345678901234567890', 'better-auth-secret-123456789'];
const DEEP_HEADER_MILLISECONDS = 50;
const SLOWER_THAN_FLAT = 20;
const ATTEMPTS = 5;
const FETCH_BURST = 3;

const now = () => Math.floor(Date.now() / 1000);
const responseTo = (target, build) => request(target, bearerRequest(buildToken(build, now())));

/** A variant of the case's token must be rejected as well. */
async function alsoRejected(testCase, target, build, what) {
  const response = await responseTo(target, build);
  return allowedStatuses(testCase).includes(response?.status) ? [] : [`${what} gets ${response?.status}`];
}

async function weakSecrets({ testCase, target, database }) {
  const broken = [];
  for (const secret of WEAK_SECRETS) {
    const build = { ...testCase.build, sign: { alg: 'HS256', key: `TEXT:${secret}` } };
    broken.push(...await alsoRejected(testCase, target, build, `the secret ${secret}`));
  }
  for (const secret of WEAK_SECRETS) broken.push(...await mustNotStart(secret, database));
  return broken;
}

const noEmptySecret = ({ database }) => mustNotStart('', database);

async function mustNotStart(secret, database) {
  const failed = await failsToStart({
    BETTER_AUTH_SECRET: secret,
    DATABASE_URL: database(),
    TASKNOOK_AUTH__ISSUERS: ISSUER,
    TASKNOOK_AUTH__AUDIENCES: AUDIENCE,
  });
  return failed ? [] : [`it starts with the secret "${secret}"`];
}

/** The URL of the case is replaced by one whose requests are counted. */
async function neverFetched({ testCase, target, keys }) {
  const trap = keys.urlOf('trap');
  const { hdr } = testCase.build;
  const urls = Object.entries(hdr).map(([name, value]) => [name, /^https:/.test(value) ? trap : value]);
  const also = { ...testCase.build, hdr: { ...Object.fromEntries(urls), jku: trap, x5u: trap } };
  const broken = await alsoRejected(testCase, target, also, 'the same token with the URL of the trap');
  return keys.fetchesOf('trap') ? [...broken, 'a URL of the header was fetched'] : broken;
}

/** Made-up kids must not cost the issuer a request each: those that are not looked up get 503 with the time of the next fetch. */
async function fetchesHaveALimit({ testCase, target, keys, started, cooldown }) {
  const kids = Array.from({ length: 20 }, (_, index) => `made-up-${testCase.name}-${index}`);
  const builds = kids.map((kid) => ({ ...testCase.build, hdr: { alg: 'EdDSA', kid } }));
  const responses = await Promise.all(builds.map((build) => responseTo(target, build)));
  const broken = responses.every((response) => response?.status === 401 || isUnchecked(response, cooldown))
    ? [] : ['a made-up kid gets neither 401 nor 503 with a delay of at most the cooldown'];
  // The first one, the burst, and one per cooldown.
  const most = 1 + FETCH_BURST + Math.floor((performance.now() - started) / 1000 / cooldown);
  const fetched = keys.fetchesOf('all');
  return fetched > most ? [...broken, `${fetched} fetches of the key set, at most ${most} are right`] : broken;
}

function isUnchecked(response, cooldown) {
  const delay = Number(response?.headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
  return response?.status === 503 && delay >= 1 && delay <= cooldown;
}

async function rejectedQuickly({ testCase, target }) {
  const best = async (build) => {
    const times = [];
    while (times.length < ATTEMPTS) times.push((await responseTo(target, build))?.elapsed ?? Infinity);
    return Math.min(...times);
  };
  // A machine that needs longer for a token without nesting may also need longer for this one.
  const flat = await best({ ...testCase.build, hdr: { alg: 'HS256' } });
  const nested = await best(testCase.build);
  const most = Math.max(DEEP_HEADER_MILLISECONDS, SLOWER_THAN_FLAT * flat);
  return nested < most ? [] : [`responded after ${Math.round(nested)} ms at best`];
}

const NO_OUTBOUND = 'no outbound request may be made';
const ONE_REFRESH =
  'at most one JWKS refresh per cool-down; kid never reaches SQL, a path, a URL or an unescaped log line';

// Checked elsewhere: the rows before and after the run, and every line of the log.
const bySideEffect = {
  [NO_OUTBOUND]: [neverFetched],
  [ONE_REFRESH]: [fetchesHaveALimit],
  'no stack overflow; rejected within 50 ms': [rejectedQuickly],
  'nothing deleted': [],
};

// What no response shows, with the reason.
export const NOT_OBSERVABLE = {
  'no signature work above the token limit': 'work that was not done leaves no trace in a response',
};

const byName = {
  confusion_empty_hmac_key: [noEmptySecret],
  confusion_weak_secret_list: [weakSecrets],
  kid_url: [neverFetched],
};

const visibleRows = {
  'no row of user-a': ({ rows, testCase, response }) => rows.hiddenFrom(testCase, response),
  'only user-a': ({ rows, response }) => rows.onlyOfA(response),
};

const OTHER_SUBJECTS = new Set(['sub_blank', 'sub_zero_width']);

/** The checks of a case besides status and challenge. */
export function checksOfToken({ name, expect }) {
  const sideEffect = expect.side_effect;
  const checks = [...(byName[name] ?? [])];
  if (sideEffect && !NOT_OBSERVABLE[sideEffect]) {
    checks.push(...(bySideEffect[sideEffect] ?? [() => [`no check is defined for: ${sideEffect}`]]));
  }
  if (expect.must_see) checks.push(visibleRows[expect.must_see] ?? (() => [`no check is defined for: ${expect.must_see}`]));
  if (OTHER_SUBJECTS.has(name)) checks.push(visibleRows['no row of user-a']);
  return checks;
}
