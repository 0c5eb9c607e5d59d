import { createContext, use, useCallback, useState, type ReactNode } from "react";

import { Icon } from "./icon";
import styles from "./notices.module.css";

interface Notice {
  id: number;
  kind: "info" | "error";
  text: string;
}

interface Notify {
  /** Says it to those who listen to the page. */
  say: (text: string) => void;
  /** Shows it for a while. */
  inform: (text: string) => void;
  /** Shows it until it is dismissed. */
  warn: (text: string) => void;
}

/** How long a notice stays, in milliseconds. */
const STAY = 8000;

const Context = createContext<Notify | undefined>(undefined);

export function useNotices(): Notify {
  const notify = use(Context);
  if (!notify) throw new Error("useNotices needs a NoticeProvider around it.");
  return notify;
}

/** Shows what happened at the bottom of the page, and reads it out. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [said, say] = useState("");
  const [notices, setNotices] = useState<Notice[]>([]);

  const dismiss = useCallback((id: number) => setNotices((shown) => shown.filter((notice) => notice.id !== id)), []);
  const [notify] = useState<Notify>(() => {
    let last = 0;
    const show = (kind: Notice["kind"], text: string) => {
      const id = ++last;
      setNotices((shown) => [...shown.filter((notice) => notice.text !== text), { id, kind, text }]);
      return id;
    };
    return {
      say,
      inform: (text) => void setTimeout(dismiss, STAY, show("info", text)),
      warn: (text) => void show("error", text),
    };
  });

  return (
    <Context value={notify}>
      {children}
      <div className={styles.notices} role="status">
        <p className="unseen">{said}</p>
        {notices.toReversed().map(({ id, kind, text }) => (
          <div key={id} className={styles.notice} data-kind={kind}>
            <span className={styles.text} dir="auto">{text}</span>
            <button className="button quiet square" aria-label="Dismiss" onClick={() => dismiss(id)}>
              <Icon name="cross" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}
