export { createTestServer, TestClock, TestServer, type Failure, type FailureOptions, type Matcher, type TestServerOptions, type TestUser } from "./server.ts";
