export { createClient, type Client, type ClientOptions, type EventOptions, type SinceOptions } from "./client.ts";
export type { StreamEvent } from "./events.ts";
export { isSameTag, searchText, tagKey } from "./fold.ts";
export type { Fetch } from "./http.ts";
export { diffTask, threeWayMerge, type Merge, type TaskMembers } from "./merge.ts";
export { AccountChanged, Problem, SignedOut, Unreachable, type FieldError, type ProblemCode } from "./problem.ts";
export type { FetchToken } from "./token.ts";
export type * from "./types.ts";
