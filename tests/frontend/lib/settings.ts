/** Where this server reaches the API. */
export const apiUrl = process.env.TASKNOOK_URL || "http://localhost:8000";

/** Where browsers reach it: the same address (the API then lists this app's origin in `cors.origins`), or `/backend`, which `proxy.ts` sends on. */
export const browserApiUrl = process.env.TASKNOOK_BROWSER_URL || apiUrl;

/** Better Auth's own database. */
export const authDatabaseFile = process.env.AUTH_DATABASE || "data/auth.db";

/** Whether the tokens for the API are signed with BETTER_AUTH_SECRET instead of a key of Better Auth's own. */
export const signedWithSecret = process.env.TOKENS_SIGNED_WITH === "secret";

/** How long a token is good for; Better Auth's own default. */
export const tokenLifetime = process.env.TOKEN_LIFETIME || "15m";
