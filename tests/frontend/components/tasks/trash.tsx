import { useEffect, useRef, useState } from "react";

import type { List, Page, TrashedTask } from "tasknook-client";
import { Confirm } from "@/components/ui/confirm";
import { useNotices } from "@/components/ui/notices";

import { quoted } from "./quoted";
import styles from "./trash.module.css";
import { TrashRow } from "./trash-row";
import { useTrash } from "./use-trash";

/** How long tasks remain in the trash by default: `tasks.trash_days` of the service. */
const TRASH_DAYS = 30;

interface Props {
  /** Loads the page at a cursor, or the first one. */
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<TrashedTask>>;
  lists: readonly List[];
  /** Whether the tasks are those of a search. */
  isSearch?: boolean;
  onRestore: (task: TrashedTask) => Promise<unknown>;
  onPurge: (task: TrashedTask) => Promise<void>;
  onEmpty: () => Promise<void>;
}

/** The deleted tasks of the user, the last one first. */
export function Trash({ load, lists, isSearch, onRestore, onPurge, onEmpty }: Props) {
  const { tasks = [], hasMore, loading, error, more, remove, clear } = useTrash(load);
  const [restoring, setRestoring] = useState<ReadonlySet<string>>(new Set());
  /** What has to be confirmed. */
  const [asked, setAsked] = useState<TrashedTask | "all">();
  const { announce, warn } = useNotices();

  const list = useRef<HTMLUListElement>(null);
  const empty = useRef<HTMLParagraphElement>(null);
  /** The index of the removed row that had the focus. */
  const removed = useRef<number>(undefined);
  useEffect(() => {
    if (removed.current === undefined) return;
    const row = list.current?.children[Math.min(removed.current, tasks.length - 1)];
    (row?.querySelector("button") ?? empty.current)?.focus();
    removed.current = undefined;
  }, [tasks]);

  function drop(task: TrashedTask, text: string) {
    const row = list.current?.querySelector(`[data-id="${task.id}"]`);
    if (row?.contains(document.activeElement)) removed.current = tasks.findIndex(({ id }) => id === task.id);
    remove(task);
    announce(text);
  }

  async function restore(task: TrashedTask) {
    setRestoring((others) => new Set(others).add(task.id));
    try {
      await onRestore(task);
      drop(task, `${quoted(task.title)} is restored.`);
    } catch (thrown) {
      warn(`${quoted(task.title)} was not restored: ${(thrown as Error).message}`);
    }
    setRestoring((others) => new Set([...others].filter((id) => id !== task.id)));
  }

  /** Together with the end of the dialog: while it is open, nothing else can get the focus. */
  function dropDeleted(deleted: TrashedTask | "all") {
    setAsked(undefined);
    if (deleted === "all") {
      removed.current = 0;
      clear();
      announce("The trash is empty.");
    } else {
      removed.current = tasks.findIndex(({ id }) => id === deleted.id);
      drop(deleted, `${quoted(deleted.title)} is deleted for good.`);
    }
  }

  const isEmpty = !tasks.length && !hasMore && !loading && !error;
  return (
    <div className={styles.trash}>
      <div className={styles.head}>
        <p className="muted">Tasks remain in the trash for {TRASH_DAYS} days. Then they are deleted for good.</p>
        {tasks.length > 0 && (
          <button className="button" onClick={() => setAsked("all")}>
            Empty the trash
          </button>
        )}
      </div>
      {isEmpty && (
        <p ref={empty} tabIndex={-1} className={styles.empty}>
          {isSearch ? "No task in the trash matches." : "The trash is empty."}
        </p>
      )}
      {tasks.length > 0 && (
        // Without markers, Safari takes a list for none.
        <ul ref={list} role="list" className={styles.list} aria-label="Deleted tasks">
          {tasks.map((task) => (
            <TrashRow
              key={task.id}
              task={task}
              list={lists.find(({ id }) => id === task.list_id)?.name}
              busy={restoring.has(task.id)}
              onRestore={() => void restore(task)}
              onPurge={() => setAsked(task)}
            />
          ))}
        </ul>
      )}
      <More hasMore={hasMore} loading={loading} error={error} onMore={more} />
      {asked && (
        <Confirm
          heading={asked === "all" ? "Empty the trash?" : "Delete for good?"}
          action={asked === "all" ? "Empty the trash" : "Delete for good"}
          onConfirm={() => (asked === "all" ? onEmpty() : onPurge(asked))}
          onConfirmed={() => dropDeleted(asked)}
          onClose={() => setAsked(undefined)}
        >
          {asked === "all" ? "All tasks in the trash" : <bdi>{quoted(asked.title)}</bdi>} will be deleted for good.
        </Confirm>
      )}
    </div>
  );
}

interface MoreProps {
  hasMore: boolean;
  loading: boolean;
  error?: Error;
  onMore: () => void;
}

/** The state of the next page. */
function More({ hasMore, loading, error, onMore }: MoreProps) {
  return (
    <>
      {error && (
        <p className="failure" role="alert">
          {error.message}
        </p>
      )}
      {(hasMore || error) && (
        <button className={`button ${styles.more}`} aria-disabled={loading} onClick={() => loading || onMore()}>
          {loading ? "Loading …" : error ? "Try again" : "Load more"}
        </button>
      )}
      {loading && !hasMore && <p className="muted">Loading the trash …</p>}
    </>
  );
}
