/** Runs once when the server starts: brings Better Auth's tables up to date. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { getMigrations } = await import("better-auth/db/migration");
  const { auth } = await import("./lib/auth");
  await (await getMigrations(auth.options)).runMigrations();
}
