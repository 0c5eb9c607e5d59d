import type { MouseEvent, ReactNode, Ref } from "react";

import { isSameView, urlOf, type View } from "@/lib/view";

import styles from "./view-link.module.css";

/** The selected view, and the action that selects another. */
export interface Navigation {
  view: View;
  onView: (view: View) => void;
}

interface Props extends Navigation {
  to: View;
  name: string;
  icon: ReactNode;
  count?: number;
  overdue?: number;
  /** A task is dragged over it. */
  isOver?: boolean;
  ref?: Ref<HTMLAnchorElement>;
}

/** A link to a view, with the number of its open tasks. */
export function ViewLink({ view, onView, to, name, icon, count = 0, overdue = 0, isOver, ref }: Props) {
  function onClick(event: MouseEvent) {
    if (isModified(event)) return;
    event.preventDefault();
    onView(to);
  }

  return (
    <a
      ref={ref}
      className={styles.link}
      href={urlOf({ view: to, search: "" })}
      aria-current={isSameView(view, to) ? "page" : undefined}
      data-over={isOver || undefined}
      // A link that is dragged would start a drag of the browser.
      draggable={false}
      onClick={onClick}
    >
      {icon}
      <span className={styles.name} dir="auto" title={name}>
        {name}
      </span>
      {overdue > 0 && <Count className={styles.overdue} value={overdue} text="overdue," />}
      {count > 0 && <Count className={styles.count} value={count} text={count === 1 ? "open task" : "open tasks"} />}
    </a>
  );
}

function Count({ className, value, text }: { className?: string; value: number; text: string }) {
  return (
    <span className={className}>
      {value.toLocaleString("en")}
      <span className="visually-hidden"> {text}</span>
    </span>
  );
}

/** Whether the browser opens the link elsewhere, such as in a new tab. */
const isModified = ({ ctrlKey, metaKey, shiftKey, altKey }: MouseEvent) => ctrlKey || metaKey || shiftKey || altKey;
