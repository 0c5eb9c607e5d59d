import { useEffect, useRef, useState, type FormEvent, type RefObject } from "react";

import { Dialog } from "@/components/ui/dialog";
import type { CountedList, Move } from "tasknook-client";

import styles from "./lists-dialog.module.css";
import { MoveButton } from "./move-button";
import { useAddList, useDeleteList, useLists, useMoveList, useRenameList } from "./use-lists";

interface Props {
  onDeleted: (id: string) => void;
  onClose: () => void;
}

/** Creates, renames, moves and deletes the user's lists. */
export function ListsDialog({ onDeleted, onClose }: Props) {
  const lists = useLists();
  const newList = useRef<HTMLInputElement>(null);

  function focusAfterDeletion(id: string) {
    newList.current?.focus();
    onDeleted(id);
  }

  return (
    <Dialog heading="Lists" onClose={onClose}>
      <NewList ref={newList} />
      <ul role="list" aria-label="Lists" className={styles.lists}>
        {lists.map((list, index) => (
          <ListRow
            key={list.id}
            list={list}
            previous={lists[index - 1]}
            next={lists[index + 1]}
            onDeleted={() => focusAfterDeletion(list.id)}
          />
        ))}
      </ul>
      <div className="actions">
        <button className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function NewList({ ref }: { ref: RefObject<HTMLInputElement | null> }) {
  const { mutate: add, isPending, error } = useAddList();
  const [name, setName] = useState("");
  const id = useRef(crypto.randomUUID());

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isPending || !name.trim()) return;
    const onSuccess = () => {
      setName("");
      id.current = crypto.randomUUID();
    };
    add({ id: id.current, name }, { onSuccess });
  }

  return (
    <form onSubmit={submit}>
      <div className={styles.row}>
        <input
          ref={ref}
          aria-label="New list"
          placeholder="New list"
          value={name}
          readOnly={isPending}
          onChange={(event) => setName(event.target.value)}
          dir="auto"
          autoFocus
        />
        <button className="button primary" aria-disabled={isPending}>
          Add list
        </button>
      </div>
      <Failure error={error} />
    </form>
  );
}

interface RowProps {
  list: CountedList;
  previous?: CountedList;
  next?: CountedList;
  onDeleted: () => void;
}

function ListRow({ list, previous, next, onDeleted }: RowProps) {
  const rename = useRenameList();
  const remove = useDeleteList();
  const move = useMoveList();
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const moved = useRef<RefObject<HTMLButtonElement | null>>(null);
  /** What the user has typed; otherwise the name is shown, also when it changes elsewhere. */
  const [typed, setTyped] = useState<string>();
  const [asks, setAsks] = useState(false);
  const busy = rename.isPending || remove.isPending || move.isPending;
  const name = typed ?? list.name;
  const count = list.open + list.completed;

  // A row that is moved in the document loses the focus.
  useEffect(() => {
    if (!document.activeElement?.closest("dialog *")) moved.current?.current?.focus();
    moved.current = null;
  }, [previous?.id, next?.id]);

  function mover(button: RefObject<HTMLButtonElement | null>, to: Move | undefined) {
    if (busy || !to) return;
    return () => {
      moved.current = button;
      move.mutate({ list, to });
    };
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!busy && name.trim() !== list.name) rename.mutate({ list, name }, { onSuccess: () => setTyped(undefined) });
  }

  return (
    <li>
      <form className={styles.row} onSubmit={submit}>
        <input
          aria-label={`Name of ${list.name}`}
          value={name}
          readOnly={busy}
          onChange={(event) => setTyped(event.target.value)}
          dir="auto"
        />
        <button className="button" aria-label={`Rename ${list.name}`} aria-disabled={busy || name.trim() === list.name}>
          Rename
        </button>
        <MoveButton ref={up} label={`Move ${list.name} up`} icon="up" onClick={mover(up, previous && { before: previous.id })} />
        <MoveButton ref={down} label={`Move ${list.name} down`} icon="down" onClick={mover(down, next && { after: next.id })} />
        <button
          type="button"
          className="button quiet"
          aria-label={`Delete ${list.name}`}
          aria-expanded={asks}
          onClick={() => setAsks(!asks)}
        >
          Delete
        </button>
      </form>
      <small>{count === 1 ? "1 task" : `${count} tasks`}</small>
      {asks && (
        <p className={styles.question}>
          The list is deleted for good. Its tasks remain, without a list.
          <button className="button danger" aria-disabled={busy} onClick={() => busy || remove.mutate(list, { onSuccess: onDeleted })}>
            Delete list
          </button>
        </p>
      )}
      <Failure error={rename.error ?? remove.error ?? move.error} />
    </li>
  );
}

function Failure({ error }: { error: Error | null }) {
  return (
    error && (
      <p className="failure" role="alert">
        {error.message}
      </p>
    )
  );
}
