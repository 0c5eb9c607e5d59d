import { createAuthClient } from "better-auth/react";

/** Better Auth in the browser: sign-up, sign-in, sign-out, and who is signed in. */
export const authClient = createAuthClient();
