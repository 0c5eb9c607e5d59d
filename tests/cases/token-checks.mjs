import { AUDIENCE, ISSUER, buildToken } from './token-builder.mjs';
import { bearerRequest } from './credentials.mjs';
import { request } from './wire.mjs';
import { refusesToStart } from './service.mjs';

// The list of the case, and the constants that Better Auth signs with when nobody configured a secret.
const WEAK_SECRETS = ['secret', 'changeme', 'password', 'your-256-bit-secret', 'supersecret',
  'better-auth-secret-12345678901234567890', 'better-auth-secret-123456789'];
const DEEP_HEADER_MILLISECONDS = 50;
const ATTEMPTS = 5;

const now = () => Math.floor(Date.now() / 1000);
const answerTo = (target, build) => request(target, bearerRequest(buildToken(build, now())));

/** A variant of the case's token must be refused as the case's own is. */
async function alsoRefused(target, build, what) {
  const response = await answerTo(target, build);
  return response?.status === 401 ? [] : [`${what} answers ${response?.status}`];
}

async function weakSecrets({ testCase, target, database }) {
  const broken = [];
  for (const secret of WEAK_SECRETS) {
    const build = { ...testCase.build, sign: { alg: 'HS256', key: `TEXT:${secret}` } };
    broken.push(...await alsoRefused(target, build, `the secret ${secret}`));
  }
  for (const secret of WEAK_SECRETS) broken.push(...await mustNotStart(secret, database));
  return broken;
}

const noEmptySecret = ({ database }) => mustNotStart('', database);

async function mustNotStart(secret, database) {
  const refused = await refusesToStart({
    BETTER_AUTH_SECRET: secret,
    DATABASE_URL: database(),
    TASKNOOK_AUTH__ISSUERS: ISSUER,
    TASKNOOK_AUTH__AUDIENCES: AUDIENCE,
  });
  return refused ? [] : [`it starts with the secret "${secret}"`];
}

/** The URL of the case, replaced by one whose visitors are counted. */
async function neverVisited({ testCase, target, keys }) {
  const trap = keys.urlOf('trap');
  const { hdr } = testCase.build;
  const urls = Object.entries(hdr).map(([name, value]) => [name, /^https:/.test(value) ? trap : value]);
  const also = { ...testCase.build, hdr: { ...Object.fromEntries(urls), jku: trap, x5u: trap } };
  const broken = await alsoRefused(target, also, 'the same with URLs of our own');
  return keys.fetchesOf('trap') ? [...broken, 'an URL of the header was visited'] : broken;
}

/** Made-up kids must not cost the issuer a request each. */
async function oneFetchACooldown({ testCase, target, keys, started, cooldown }) {
  const kids = Array.from({ length: 20 }, (_, index) => `made-up-${testCase.name}-${index}`);
  const builds = kids.map((kid) => ({ ...testCase.build, hdr: { alg: 'EdDSA', kid } }));
  const answers = await Promise.all(builds.map((build) => answerTo(target, build)));
  const broken = answers.every((answer) => answer?.status === 401) ? [] : ['a made-up kid is not answered 401'];
  const most = 2 + Math.floor((performance.now() - started) / 1000 / cooldown);
  const fetched = keys.fetchesOf('all');
  return fetched > most ? [...broken, `${fetched} fetches of the key set, at most ${most} are right`] : broken;
}

async function answeredQuickly({ testCase, target }) {
  const times = [];
  while (times.length < ATTEMPTS) times.push((await answerTo(target, testCase.build))?.elapsed ?? Infinity);
  const best = Math.min(...times);
  return best < DEEP_HEADER_MILLISECONDS ? [] : [`answered after ${Math.round(best)} ms at best`];
}

const NO_OUTBOUND = 'no outbound request may be made';
const ONE_REFRESH =
  'at most one JWKS refresh per cool-down; kid never reaches SQL, a path, a URL or an unescaped log line';

// Seen elsewhere: rows before and after the run, and every line of the log.
const bySideEffect = {
  [NO_OUTBOUND]: [neverVisited],
  [ONE_REFRESH]: [oneFetchACooldown],
  'no stack overflow, answered under 50 ms': [answeredQuickly],
  'nothing deleted': [],
};

// What no answer shows, with the reason.
export const UNSEEN = {
  'no signature work above our token limit (suggest 8 KiB)': 'work that was not done leaves no trace in an answer',
};

const byName = {
  confusion_empty_hmac_key: [noEmptySecret],
  confusion_weak_secret_list: [weakSecrets],
  kid_url: [neverVisited],
};

const mustSee = {
  'no row of user-a': ({ rows, testCase, response }) => rows.hiddenFrom(testCase, response),
  'only user-a': ({ rows, response }) => rows.onlyOfA(response),
};

const OTHER_SUBJECTS = new Set(['sub_blank', 'sub_zero_width']);

/** What is to be looked at besides status and challenge. */
export function checksOfToken({ name, expect }) {
  const sideEffect = expect.side_effect;
  const checks = [...(byName[name] ?? [])];
  if (sideEffect && !UNSEEN[sideEffect]) {
    checks.push(...(bySideEffect[sideEffect] ?? [() => [`nothing looks at: ${sideEffect}`]]));
  }
  if (expect.must_see) checks.push(mustSee[expect.must_see] ?? (() => [`nothing looks at: ${expect.must_see}`]));
  if (OTHER_SUBJECTS.has(name)) checks.push(mustSee['no row of user-a']);
  return checks;
}
