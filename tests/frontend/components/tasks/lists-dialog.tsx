import { useRef, useState, type FormEvent, type RefObject } from "react";

import { Dialog } from "@/components/ui/dialog";
import type { CountedList } from "@/lib/api";

import styles from "./lists-dialog.module.css";
import { useAddList, useDeleteList, useLists, useRenameList } from "./use-lists";

interface Props {
  onDeleted: (id: string) => void;
  onClose: () => void;
}

/** Creates, renames and deletes the user's lists. */
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
        {lists.map((list) => (
          <ListRow key={list.id} list={list} onDeleted={() => focusAfterDeletion(list.id)} />
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

function ListRow({ list, onDeleted }: { list: CountedList; onDeleted: () => void }) {
  const rename = useRenameList();
  const remove = useDeleteList();
  /** What the user has typed; otherwise the name is shown, also when it changes elsewhere. */
  const [typed, setTyped] = useState<string>();
  const [asks, setAsks] = useState(false);
  const busy = rename.isPending || remove.isPending;
  const name = typed ?? list.name;
  const count = list.open + list.completed;

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
      <Failure error={rename.error ?? remove.error} />
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
