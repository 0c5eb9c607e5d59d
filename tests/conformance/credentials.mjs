import { goodToken } from './token-builder.mjs';

function filled(text, tokens) {
  return text.replaceAll('@TOKEN_A', tokens.a).replaceAll('@TOKEN_B', tokens.b).replaceAll('@TOKEN', tokens.a);
}

/** The request of a case about how a token is sent, and the token that must not come back. */
export function transportRequest({ build }) {
  const tokens = { a: goodToken('user-a'), b: goodToken('user-b') };
  const body = build.body === undefined ? undefined : Buffer.from(filled(build.body, tokens));
  return {
    token: tokens.a,
    request: {
      method: build.method ?? (body ? 'POST' : 'GET'),
      path: build.query ? `/api/tasks?${filled(build.query, tokens)}` : '/api/tasks',
      headers: build.headers.map(([name, value]) => [name, filled(value, tokens)]),
      body,
    },
  };
}

/** The plain request that carries a token as it should be carried. */
export const bearerRequest = (token, parts = {}) => ({
  method: 'GET',
  path: '/api/tasks',
  ...parts,
  headers: [['Authorization', `Bearer ${token}`], ...(parts.headers ?? [])],
});
