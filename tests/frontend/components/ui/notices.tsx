import { createContext, use, useCallback, useState, type ReactNode } from "react";

import { Icon } from "./icon";
import styles from "./notices.module.css";
import { useShortcuts } from "./use-shortcuts";

interface Notice {
  id: number;
  kind: "info" | "error";
  text: string;
  undo?: () => void;
}

interface Notify {
  /** Announces it to screen readers only. */
  announce: (text: string) => void;
  /** Shows it for a few seconds; longer if it offers to undo what it tells. */
  inform: (text: string, undo?: () => void) => void;
  /** Shows it until it is dismissed. */
  warn: (text: string) => void;
}

/** How long an info notice is shown, in milliseconds: without and with a button that the user has to reach. */
const DURATION = 8000;
const UNDO_DURATION = 30_000;
/** How many are shown at a time, the newest ones. */
const MAX_SHOWN = 3;

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
    const show = (kind: Notice["kind"], text: string, undo?: () => void) => {
      const id = ++last;
      setNotices((shown) => [...shown.filter((notice) => notice.undo || notice.text !== text), { id, kind, text, undo }]);
      return id;
    };
    return {
      announce,
      inform: (text, undo) => void setTimeout(dismiss, undo ? UNDO_DURATION : DURATION, show("info", text, undo)),
      warn: (text) => void show("error", text),
    };
  });

  function undo({ id, undo }: Notice) {
    dismiss(id);
    undo?.();
  }

  useShortcuts({
    u: () => {
      const last = notices.findLast((notice) => notice.undo);
      if (last) undo(last);
    },
  });

  return (
    <Context value={notify}>
      {children}
      <div className={styles.notices} role="status">
        <p className="visually-hidden">{announcement}</p>
        {notices.slice(-MAX_SHOWN).toReversed().map((notice) => (
          <div key={notice.id} className={styles.notice}>
            {notice.kind === "error" && <Icon name="warning" />}
            <span className={styles.text} dir="auto">
              {notice.text}
            </span>
            {notice.undo && (
              <button className={styles.undo} aria-keyshortcuts="u" onClick={() => undo(notice)}>
                Undo
              </button>
            )}
            <button aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
              <Icon name="cross" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}
