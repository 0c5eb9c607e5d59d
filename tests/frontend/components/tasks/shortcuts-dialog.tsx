import { Dialog } from "@/components/ui/dialog";

import styles from "./shortcuts-dialog.module.css";

const shortcuts = [
  [["n"], "Write a new task"],
  [["/"], "Search"],
  [["↓", "j"], "Next task"],
  [["↑", "k"], "Previous task"],
  [["Space"], "Mark as done, or not"],
  [["Enter", "e"], "Edit"],
  [["Delete"], "Delete"],
  [["Esc"], "Close a dialog, clear the search"],
  [["?"], "Show this"],
] as const;

/** The list of the keyboard shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog heading="Keyboard shortcuts" onClose={onClose}>
      <dl className={styles.list}>
        {shortcuts.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <button className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
