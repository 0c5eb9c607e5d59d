// A minimal plugin that makes Better Auth sign tokens for the API with the shared secret, in place of `jwt()`.

import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { SignJWT } from "jose";

export function secretTokens(url, secret) {
  const key = new TextEncoder().encode(secret);
  const token = createAuthEndpoint("/token", { method: "GET", use: [sessionMiddleware] }, async (ctx) => {
    const { id, email, name } = ctx.context.session.user;
    const claims = new SignJWT({ email, name }).setSubject(id).setIssuer(url).setAudience(url);
    claims.setIssuedAt().setExpirationTime("15m").setProtectedHeader({ alg: "HS256" });
    return ctx.json({ token: await claims.sign(key) });
  });
  return { id: "secret-tokens", endpoints: { token } };
}
