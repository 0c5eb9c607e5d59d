export { hasPendingWrites, indexedDbStorage } from "./indexed-db.ts";
export { OfflineTasks, type OfflineOptions, type OfflineStatus } from "./queue.ts";
export type { OfflineConflict, Rejection } from "./state.ts";
export { memoryStorage, StorageFailed, type OfflineStorage } from "./storage.ts";
export type { OfflineTabs } from "./tabs.ts";
