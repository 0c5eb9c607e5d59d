import { Dialog } from "@/components/ui/dialog";

import styles from "./shortcuts-dialog.module.css";

const shortcuts = [
  [["n"], "Add a task"],
  [["/"], "Search"],
  [["↓", "j"], "Next task"],
  [["↑", "k"], "Previous task"],
  [["Space"], "Mark as done or to do"],
  [["Enter", "e"], "Edit"],
  [["Delete"], "Delete"],
  [["u"], "Undo a deletion"],
  [["Esc"], "Close a dialog or clear the search"],
  [["?"], "Show the shortcuts"],
] as const;

/** The list of the keyboard shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog heading="Keyboard shortcuts" onClose={onClose}>
      <dl className={styles.list}>
        {shortcuts.map(([keys, action]) => (
          <div key={action}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{action}</dd>
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
