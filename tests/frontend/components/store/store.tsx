"use client";

import { createContext, use, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";

import { TaskStore, type Snapshot, type TaskStoreOptions } from "./task-store";

const Context = createContext<TaskStore | undefined>(undefined);

interface Props extends TaskStoreOptions {
  children: ReactNode;
}

/** Provides the tasks of one signed-in user. Its `key` must change with the session. */
export function StoreProvider({ children, ...options }: Props) {
  const latest = useRef(options);
  useEffect(() => void (latest.current = options));
  const [store] = useState(
    () =>
      new TaskStore({
        ...options,
        onSignedOut: () => latest.current.onSignedOut(),
        onAccountChanged: (error) => latest.current.onAccountChanged(error),
      }),
  );
  useEffect(() => store.start(), [store]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => store.isUnsafeToLeave() && event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [store]);
  return <Context value={store}>{children}</Context>;
}

/** The store of the nearest provider. */
export function useStore(): TaskStore {
  const store = use(Context);
  if (!store) throw new Error("This hook must be used within a StoreProvider.");
  return store;
}

/** One part of what the store has. The component is not rendered for changes of the others. */
export function useSnapshot<Name extends keyof Snapshot>(name: Name): Snapshot[Name] {
  const store = useStore();
  const current = () => store.snapshot()[name];
  return useSyncExternalStore(store.subscribe, current, current);
}
