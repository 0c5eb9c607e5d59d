import { generateKeyPairSync } from 'node:crypto';
import { dumps } from './python-json.mjs';

export const SECRET = '0123456789abcdef0123456789abcdef';
export const OCT_SECRET = 'o'.repeat(32);

const ed25519 = () => generateKeyPairSync('ed25519');
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = (modulusLength) => generateKeyPairSync('rsa', { modulusLength });

export const KEYS = {
  ed1: ed25519(),
  ed2: ed25519(),
  es1: p256(),
  attacker: p256(),
  rs1: rsa(2048),
  rsa1024: rsa(1024),
};

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const exported = (name) => KEYS[name].publicKey.export({ format: 'jwk' });

/** The key as an issuer would publish it. */
export function publicJwk(name, kid = name) {
  const { kty, crv, x, y, n, e } = exported(name);
  if (kty === 'OKP') return { kty, crv, alg: 'EdDSA', kid, x };
  if (kty === 'RSA') return { kty, alg: 'RS256', kid, n, e };
  return { kty, crv, alg: 'ES256', kid, x, y };
}

export const privateScalar = (name) => KEYS[name].privateKey.export({ format: 'jwk' }).d;

function splitAtMost(text, parts) {
  const pieces = text.split(':');
  return pieces.length <= parts ? pieces : [...pieces.slice(0, parts - 1), pieces.slice(parts - 1).join(':')];
}

const operations = {
  dup_kid: (keys, kid) => keys.push(publicJwk('ed2', kid)),
  add_oct: (keys, kid) => keys.push({ kty: 'oct', kid, alg: 'HS256', k: base64url(OCT_SECRET) }),
  set(keys, argument) {
    const [kid, member, value] = splitAtMost(argument, 3);
    find(keys, kid)[member] = value.startsWith('[') ? JSON.parse(value) : value;
  },
  del(keys, argument) {
    const [kid, members] = argument.split(':');
    for (const member of members.split(',')) delete find(keys, kid)[member];
  },
  replace(keys, argument) {
    const [kid, what] = argument.split(':');
    const replacement = what === 'rsa1024' ? publicJwk('rsa1024', kid) : { n: base64url(hugeModulus()) };
    Object.assign(find(keys, kid), replacement);
  },
  add_raw: (keys, json) => keys.push(JSON.parse(json)),
  add_d(keys, kid) {
    find(keys, kid).d = privateScalar(kid);
  },
  empty: (keys) => keys.splice(0),
  add_many(keys, count) {
    for (let index = 0; index < Number(count); index += 1) keys.push(publicJwk('ed2', `m${index}`));
  },
  remove: (keys, kid) => keys.splice(keys.indexOf(find(keys, kid)), 1),
  add_key: (keys, name) => keys.push(publicJwk(name)),
};

const find = (keys, kid) => keys.find((key) => key.kid === kid);
const hugeModulus = () => Buffer.concat([Buffer.from([0xff]), Buffer.alloc(2047, 1)]);

/** The key set of a recipe such as `set:ed1:use:enc`; without one, the three keys of every case. */
export function keySet(recipe) {
  const keys = [publicJwk('ed1'), publicJwk('es1'), publicJwk('rs1')];
  if (recipe) {
    const [operation, argument] = splitAtMost(recipe, 2);
    if (!operations[operation]) throw new Error(`no such key set recipe: ${recipe}`);
    operations[operation](keys, argument);
  }
  return { keys };
}

const spki = (name, format) => KEYS[name].publicKey.export({ type: 'spki', format });

/** A public key in an encoding that a verifier might mistake for a shared secret. */
export const publicEncodings = {
  RS_PEM_SPKI: () => spki('rs1', 'pem'),
  RS_PEM_PKCS1: () => KEYS.rs1.publicKey.export({ type: 'pkcs1', format: 'pem' }),
  RS_DER: () => spki('rs1', 'der'),
  RS_JWK_JSON: () => dumps(publicJwk('rs1')),
  RS_N_BYTES: () => Buffer.from(exported('rs1').n, 'base64url'),
  ES_PEM_SPKI: () => spki('es1', 'pem'),
  ES_POINT: () => {
    const { x, y } = exported('es1');
    return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  },
  ED_RAW32: () => Buffer.from(exported('ed1').x, 'base64url'),
  ED_X_B64URL: () => exported('ed1').x,
  JWKS_BODY: () => dumps(keySet()),
};
