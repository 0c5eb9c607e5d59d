import { queueKey, type Queue } from "./state.ts";
import type { OfflineStorage } from "./storage.ts";

const STORE = "values";

const DATABASE = "tasknook-offline";

type Run = <Results>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => () => Results) => Promise<Results>;

/** Runs transactions on a database, which it opens for the first one. */
function transactionsOf(database: string): Run {
  let opening: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const opened = request.result;
        // The browser closes a connection when the user deletes the data; the next call opens another one.
        opened.onclose = () => (opening = undefined);
        opened.onversionchange = () => {
          opened.close();
          opening = undefined;
        };
        resolve(opened);
      };
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  /** The results of the requests of a transaction, once it is complete: before, nothing is stored. */
  return async (mode, use) => {
    const transaction = (await open()).transaction(STORE, mode);
    return new Promise((resolve, reject) => {
      transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
      try {
        const results = use(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(results());
      } catch (error) {
        // A value that cannot be cloned: the requests before it would be stored.
        reject(error);
        transaction.abort();
      }
    });
  };
}

/** The storage of a browser. The keys of its entries contain the account. */
export function indexedDbStorage(database = DATABASE): OfflineStorage {
  const run = transactionsOf(database);
  const all = (account: string) => IDBKeyRange.bound([account], [account, []]);

  return {
    get: (account, key) =>
      run("readonly", (store) => {
        const request = store.get([account, key]);
        return () => request.result as unknown;
      }),
    getAll: (account) =>
      run("readonly", (store) => {
        const [keys, values] = [store.getAllKeys(all(account)), store.getAll(all(account))];
        return () => new Map(keys.result.map((key, index) => [(key as string[])[1]!, values.result[index] as unknown]));
      }),
    put: (account, values) =>
      run("readwrite", (store) => {
        for (const [key, value] of values) {
          if (value === undefined) store.delete([account, key]);
          else store.put(value, [account, key]);
        }
        return () => undefined;
      }),
    clear: (account) =>
      run("readwrite", (store) => {
        store.delete(all(account));
        return () => undefined;
      }),
  };
}

/** Whether this browser stores writes, of any user, that the API has not confirmed or that are in a conflict. */
export async function hasPendingWrites(database = DATABASE): Promise<boolean> {
  const queues = await transactionsOf(database)("readonly", (store) => {
    const found: Queue[] = [];
    const request = store.openCursor();
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return;
      const [account, key] = cursor.key as [string, string];
      if (key === queueKey) found.push(cursor.value as Queue);
      // The tasks of an account come after its queue.
      cursor.continue(key === queueKey ? [account, []] : undefined);
    };
    return () => found;
  });
  return queues.some(({ operations, conflicts }) => operations.length > 0 || conflicts.length > 0);
}
