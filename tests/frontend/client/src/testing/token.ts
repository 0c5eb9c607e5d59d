import { Rejection } from "./problem.ts";
import { decode, encode } from "./text.ts";

/** Every token of the double has it, whatever its claims. */
const SIGNATURE = encode("signed by the test server");

export interface Claims {
  sub: string;
  /** Seconds since 1970. */
  exp: number;
}

/** A token with these claims. */
export const tokenOf = (claims: Claims & { iat: number }) =>
  `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(JSON.stringify(claims))}.${SIGNATURE}`;

/** Whether a token is one of the double. */
export const isOwn = (token: string) => token.endsWith(`.${SIGNATURE}`);

/** The claims of a token that is valid now. */
export function verified(token: string, isSigned: (token: string) => boolean, now: number): Claims {
  if (!token) throw reject('the request has nothing in the place of the token');
  const parts = token.split(".");
  if (parts.length !== 3) throw reject("the token does not have three parts: header, payload and signature");
  let claims: Claims;
  try {
    claims = JSON.parse(decode(parts[1]!)) as Claims;
  } catch {
    throw reject("the token's payload is not a JSON object with unique names");
  }
  if (!isSigned(token)) throw reject("the token's signature is wrong");
  if (typeof claims.sub !== "string" || !claims.sub) throw reject('the token has no claim "sub"');
  if (typeof claims.exp !== "number") throw reject('the token has no claim "exp"');
  if (claims.exp * 1000 <= now) throw reject(`the token expired at ${new Date(claims.exp * 1000).toISOString().replace(".000", "")}`);
  return claims;
}

function reject(detail: string): Rejection {
  const description = detail.replaceAll('"', "'");
  return new Rejection(
    "invalid_token",
    detail,
    {},
    { "WWW-Authenticate": `Bearer error="invalid_token", error_description="${description}"` },
  );
}

/** The bearer token of a request. */
export function bearerOf(headers: Headers): string {
  const sent = headers.get("Authorization")?.trim();
  if (!sent || !/^bearer(\s|$)/i.test(sent)) {
    throw new Rejection("missing_token", "a bearer token is required", {}, { "WWW-Authenticate": "Bearer" });
  }
  return sent.slice(6).trim();
}
