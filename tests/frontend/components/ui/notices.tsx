import { createContext, use, useCallback, useState, type ReactNode } from "react";

import { Icon } from "./icon";
import styles from "./notices.module.css";

interface Notice {
  id: number;
  kind: "info" | "error";
  text: string;
}

interface Notify {
  /** Announces it to screen readers only. */
  announce: (text: string) => void;
  /** Shows it for a few seconds. */
  inform: (text: string) => void;
  /** Shows it until it is dismissed. */
  warn: (text: string) => void;
}

/** How long an info notice is shown, in milliseconds. */
const DURATION = 8000;

const Context = createContext<Notify | undefined>(undefined);

export function useNotices(): Notify {
  const notify = use(Context);
  if (!notify) throw new Error("useNotices must be used within a NoticeProvider.");
  return notify;
}

/** Shows notices at the bottom of the page, and announces them to screen readers. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [announcement, announce] = useState("");
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
      announce,
      inform: (text) => void setTimeout(dismiss, DURATION, show("info", text)),
      warn: (text) => void show("error", text),
    };
  });

  return (
    <Context value={notify}>
      {children}
      <div className={styles.notices} role="status">
        <p className="visually-hidden">{announcement}</p>
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
