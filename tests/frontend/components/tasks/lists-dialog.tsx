import { useEffect, useRef, useState, type FormEvent, type RefObject } from "react";

import { Dialog } from "@/components/ui/dialog";
import type { CountedList, Move } from "tasknook-client";
import { useListMutations, useLists } from "tasknook-client/react";

import styles from "./lists-dialog.module.css";
import { MoveButton } from "./move-button";
import { useCall } from "@/components/ui/use-call";

interface Props {
  onDeleted: (id: string) => void;
  onClose: () => void;
}

/** Creates, renames, moves and deletes the user's lists. */
export function ListsDialog({ onDeleted, onClose }: Props) {
  const { lists } = useLists();
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
  const { create } = useListMutations();
  const { run, busy, error } = useCall();
  const [name, setName] = useState("");
  const id = useRef(crypto.randomUUID());

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return;
    void run(async () => {
      // With the same id again if the call is repeated.
      await create({ name }, { id: id.current });
      setName("");
      id.current = crypto.randomUUID();
    });
  }

  return (
    <form onSubmit={submit}>
      <div className={styles.row}>
        <input
          ref={ref}
          aria-label="New list"
          placeholder="New list"
          value={name}
          readOnly={busy}
          onChange={(event) => setName(event.target.value)}
          dir="auto"
          autoFocus
        />
        <button className="button primary" aria-disabled={busy}>
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
  const { update, move, remove } = useListMutations();
  const { run, busy, error } = useCall();
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const moved = useRef<RefObject<HTMLButtonElement | null>>(null);
  /** What the user has typed; otherwise the name is shown, also when it changes elsewhere. */
  const [typed, setTyped] = useState<string>();
  const [asks, setAsks] = useState(false);
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
      void run(() => move(list, to));
    };
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === list.name) return;
    void run(async () => {
      await update(list, { name });
      setTyped(undefined);
    });
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
          <button className="button danger" aria-disabled={busy} onClick={() => void run(() => remove(list).then(onDeleted))}>
            Delete list
          </button>
        </p>
      )}
      <Failure error={error} />
    </li>
  );
}

function Failure({ error }: { error?: Error }) {
  return (
    error && (
      <p className="failure" role="alert">
        {error.message}
      </p>
    )
  );
}
