import { dumps } from './python-json.mjs';
import { ExactNumber } from './load-cases.mjs';
import { publicJwk } from './keys.mjs';
import { sign } from './signatures.mjs';
import { mutations } from './token-mutations.mjs';

export const ISSUER = 'https://auth.example.test';
export const AUDIENCE = 'https://auth.example.test';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);

const clocks = [
  [/^@S:now([+-]\d+)?$/, (seconds) => String(seconds)],
  [/^@MS:now([+-]\d+)?$/, (seconds) => seconds * 1000],
  [/^@now([+-]\d+)?$/, (seconds) => seconds],
];

/** Puts the clock, the issuer and the audience into a value of a recipe. */
function filled(value, now) {
  if (value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map((item) => filled(item, now));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, now)]));
  }
  return typeof value === 'string' ? filledText(value, now) : value;
}

function filledText(text, now) {
  if (text === '@NULL') return null;
  if (text === '@ISS^' || text === '@AUD^') return ISSUER.toUpperCase();
  for (const [pattern, written] of clocks) {
    const match = pattern.exec(text);
    if (match) return written(now + Number(match[1] ?? 0));
  }
  return named(text);
}

const named = (text) => text.replaceAll('@ISS', ISSUER).replaceAll('@AUD', AUDIENCE);

function rawPayload(text, now) {
  return named(text).replace(/\{now([+-]\d+)?\}/g, (_, shift) => String(now + Number(shift ?? 0)));
}

function claimsOf(build, now, subject) {
  const claims = { sub: subject, iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 600 };
  Object.assign(claims, filled(build.claims?.set ?? {}, now));
  for (const name of build.claims?.del ?? []) delete claims[name];
  const padding = /^pad:(\d+)$/.exec(build.claims?.gen ?? '');
  if (padding) claims.pad = 'x'.repeat(Number(padding[1]));
  return claims;
}

function headerBytes(build, signer) {
  if (build.hdr_hex !== undefined) return Buffer.from(build.hdr_hex, 'hex');
  const depth = /^deep:(\d+)$/.exec(build.hdr_gen ?? '');
  if (depth) return Buffer.from(`{"alg":"HS256","x":${nested(Number(depth[1]))}}`);
  if (typeof build.hdr === 'string') return Buffer.from(build.hdr);
  const header = build.hdr ?? { alg: signer.alg, typ: 'JWT' };
  if (build.hdr === undefined && build.mode === 'JWKS') header.kid = signer.key;
  const keys = { '@ATTACKER_JWK': 'attacker', '@ES1_PUB': 'es1' };
  const members = Object.entries(header).map(([name, value]) => [name, keys[value] ? publicJwk(keys[value]) : value]);
  return Buffer.from(dumps(Object.fromEntries(members)));
}

function payloadBytes(build, claims, now) {
  if (build.payload_raw !== undefined) return Buffer.from(rawPayload(build.payload_raw, now));
  if (build.payload_hex !== undefined) return Buffer.from(build.payload_hex, 'hex');
  if (build.payload_gen === 'utf16') return Buffer.from(`\ufeff${dumps(claims)}`, 'utf16le');
  const depth = /^deep:(\d+)$/.exec(build.payload_gen ?? '');
  if (depth) return Buffer.from(`${dumps(claims).slice(0, -1)},"x":${nested(Number(depth[1]))}}`);
  return Buffer.from(dumps(claims));
}

/** The token of a recipe, at the time `now` in seconds. */
export function buildToken(build, now, subject = 'user-a') {
  if (build.literal !== undefined) return build.literal;
  if (build.literal_gen !== undefined) {
    const [, text, count] = build.literal_gen.split(':');
    return text.repeat(Number(count));
  }
  const signer = build.sign === undefined ? { alg: 'HS256', key: 'S' } : build.sign;
  const claims = claimsOf(build, now, subject);
  const header = base64url(headerBytes(build, signer));
  const payload = payloadBytes(build, claims, now);
  const message = `${header}.${base64url(payload)}`;
  const signature = signer ? sign(message, signer) : Buffer.alloc(0);
  const made = { header, payload, claims, message, signature, signer };
  return (build.post ?? []).reduce((token, step) => mutated(token, step, made), `${message}.${base64url(signature)}`);
}

function mutated(token, step, made) {
  const [, name, argument] = /^([a-z_]+):?([^]*)$/.exec(step);
  if (!mutations[name]) throw new Error(`no such change of a token: ${step}`);
  return mutations[name](token, argument, made);
}

/** A valid token of a user, under the shared secret. */
export const goodToken = (subject) => buildToken({ mode: 'HS' }, Math.floor(Date.now() / 1000), subject);
