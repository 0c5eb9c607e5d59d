import { setTimeout as wait } from 'node:timers/promises';
import { buildToken } from './token-builder.mjs';
import { bearerRequest } from './credentials.mjs';
import { keySet } from './keys.mjs';
import { request } from './wire.mjs';

const ROTATION_MILLISECONDS = 8_000;
const EDDSA = (key, kid = key) => ({ mode: 'JWKS', hdr: { alg: 'EdDSA', kid }, sign: { alg: 'EdDSA', key } });

const responseTo = (target, build) => request(target, bearerRequest(buildToken(build, Math.floor(Date.now() / 1000))));

/** Asks until the status is `wanted`, or the time is over. Returns the last response. */
async function eventually(target, build, wanted, milliseconds = ROTATION_MILLISECONDS, meanwhile = () => {}) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const response = await responseTo(target, build);
    if (response?.status === wanted || performance.now() > end) return response;
    await meanwhile();
    await wait(100);
  }
}

/** A service may listen before it has its keys. Until then it rejects tokens with 503. */
export async function onceKeysAreThere(ask) {
  const end = performance.now() + 3_000;
  for (;;) {
    const response = await ask();
    if (response?.status !== 503 || performance.now() > end) return response;
    await wait(50);
  }
}

/** Waits for the keys with a token of one that is there from the start. */
export const keysAreThere = (target) => onceKeysAreThere(() => responseTo(target, EDDSA('ed1')));

/** A key that appears after the start is found by the first token that it signed. */
async function rotatedIn({ target, keys, name, recipe }) {
  const before = await onceKeysAreThere(() => responseTo(target, EDDSA('ed2')));
  keys.serve(name, keySet(recipe));
  const fetched = keys.fetchesOf(name);
  const response = await eventually(target, EDDSA('ed2'), 200);
  const failures = before?.status === 401 ? [] : [`before the rotation it gets ${before?.status}`];
  if (keys.fetchesOf(name) - fetched > 1) failures.push('more than one refresh for one new key');
  return { response, failures };
}

/** A key that left stops verifying, also for a token that was accepted before, once the set is read again. */
async function rotatedOut({ target, keys, name, recipe }) {
  const before = await onceKeysAreThere(() => responseTo(target, EDDSA('ed1')));
  keys.serve(name, keySet(recipe));
  const stirred = () => responseTo(target, EDDSA('ed1', 'not-there'));
  const response = await eventually(target, EDDSA('ed1'), 401, ROTATION_MILLISECONDS, stirred);
  return { response, failures: before?.status === 200 ? [] : [`before the rotation it gets ${before?.status}`] };
}

/** The cases whose key set changes while the service runs. */
export const rotations = { rotated_in_new_key: rotatedIn, rotated_out_key: rotatedOut };
