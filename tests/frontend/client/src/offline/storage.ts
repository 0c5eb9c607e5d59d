/** Where the state of each account is stored. Values can be cloned (`structuredClone`) and contain no functions. */
export interface OfflineStorage {
  /** Returns one value of an account. */
  get(account: string, key: string): Promise<unknown>;
  /** Returns all values of an account. */
  getAll(account: string): Promise<Map<string, unknown>>;
  /** Stores these values; undefined deletes one. All are stored or, if the promise is rejected, none. */
  put(account: string, values: ReadonlyMap<string, unknown>): Promise<void>;
  /** Deletes all values of an account. */
  clear(account: string): Promise<void>;
}

/** The device has not stored a change: its storage is full, or not permitted. The change was not made. */
export class StorageFailed extends Error {
  override readonly name = "StorageFailed";
}

/** A storage that ends with the process, for tests and where there is no other. */
export function memoryStorage(): OfflineStorage {
  const accounts = new Map<string, Map<string, unknown>>();
  const valuesOf = (account: string) => accounts.get(account) ?? new Map<string, unknown>();
  return {
    get: async (account, key) => structuredClone(valuesOf(account).get(key)),
    getAll: async (account) => structuredClone(valuesOf(account)),
    async put(account, values) {
      const stored = valuesOf(account);
      accounts.set(account, stored);
      for (const [key, value] of structuredClone(values)) {
        if (value === undefined) stored.delete(key);
        else stored.set(key, value);
      }
    },
    clear: async (account) => void accounts.delete(account),
  };
}
