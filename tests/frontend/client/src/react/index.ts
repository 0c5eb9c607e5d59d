"use client";

export { matches } from "../query.ts";
export { Conflict } from "./conflict.ts";
export { isDraft } from "../draft.ts";
export type { ListMutations } from "./list-mutations.ts";
export type { Mutations } from "./mutations.ts";
export {
  TasknookProvider,
  useClient,
  useConnection,
  useListMutations,
  useMutations,
  type ConnectionState,
  type TasknookProviderProps,
} from "./provider.tsx";
export { useLists, useTags, type ListsResult, type TagsResult } from "./use-lists.ts";
export { useTask, type TaskResult } from "./use-task.ts";
export { useTasks, type TasksResult, type UseTasksOptions } from "./use-tasks.ts";
