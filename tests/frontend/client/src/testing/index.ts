export type { TestClock } from "./clock.ts";
export type { Failure, FailureOptions, Matcher } from "./failures.ts";
export { createTestServer, type TestServer, type TestServerOptions, type TestUser } from "./server.ts";
