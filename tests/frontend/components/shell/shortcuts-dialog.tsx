import { Dialog } from "@/components/ui/dialog";
import { useIsMac } from "@/components/ui/use-is-mac";

import styles from "./shortcuts-dialog.module.css";

/** The keys of an action. Those of an inner array are pressed together. */
type Keys = readonly (string | readonly string[])[];

const groups = (isMac: boolean): readonly (readonly [heading: string, shortcuts: readonly (readonly [Keys, string])[]])[] => [
  [
    "Everywhere",
    [
      [["n"], "New task"],
      [["/"], "Search in the view"],
      [[isMac ? ["⌘", "K"] : ["Ctrl", "K"]], "Search or jump to"],
      [["u"], "Undo"],
      [["?"], "Keyboard shortcuts"],
    ],
  ],
  [
    "On a task",
    [
      [["j", "↓"], "Next task"],
      [["k", "↑"], "Previous task"],
      [["Space"], "Complete or reopen"],
      [["Enter", "e"], "Edit"],
      [["1", "2", "3", "4"], "Priority"],
      [[[isMac ? "⌥" : "Alt", "↑"], [isMac ? "⌥" : "Alt", "↓"]], "Move up or down"],
      [["Delete"], "Move to the trash"],
    ],
  ],
];

/** The list of the keyboard shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const isMac = useIsMac();
  return (
    <Dialog heading="Keyboard shortcuts" onClose={onClose} wide>
      <div className={styles.groups}>
        {groups(isMac).map(([heading, shortcuts]) => (
          <section key={heading}>
            <h3>{heading}</h3>
            <dl className={styles.list}>
              {shortcuts.map(([keys, action]) => (
                <div key={action}>
                  <dt>{action}</dt>
                  <dd>
                    {keys.map((key) => (
                      <Combination key={String(key)} keys={[key].flat()} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="actions">
        <button className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Combination({ keys }: { keys: readonly string[] }) {
  return (
    <span className={styles.keys}>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
