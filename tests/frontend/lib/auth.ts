import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";

import { database } from "./auth-database";
import { secretTokens } from "./secret-tokens";
import { signedWithSecret, tokenLifetime } from "./settings";

/** Better Auth on the server. BETTER_AUTH_SECRET and BETTER_AUTH_URL it reads by itself. */
export const auth = betterAuth({
  database,
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  // Both serve `/api/auth/token`: signed with a key of its own, published at `/api/auth/jwks`, or with the secret.
  plugins: [signedWithSecret ? secretTokens(tokenLifetime) : jwt({ jwt: { expirationTime: tokenLifetime } })],
});
