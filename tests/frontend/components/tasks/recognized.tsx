import { useEffect, useState } from "react";

import { Icon } from "@/components/ui/icon";
import type { Part } from "@/lib/quick-add";

import styles from "./recognized.module.css";

const KINDS = {
  due: { name: "Due date", icon: "calendar" },
  priority: { name: "Priority", icon: "flag" },
  tag: { name: "Tag", icon: "tag" },
  list: { name: "List", icon: "list" },
} as const;

/** How long the user has not typed when it is announced, in milliseconds: not every letter of a tag. */
const PAUSE = 700;

interface Props {
  parts: Part[];
  onRevert: (part: Part) => void;
}

/** What is recognized in the text. Each part is a button that turns it back into text. */
export function Recognized({ parts, onRevert }: Props) {
  const summary = parts.map(({ kind, label }) => `${KINDS[kind].name}: ${label}.`).join(" ");
  const [announced, announce] = useState("");
  useEffect(() => {
    const timer = setTimeout(announce, PAUSE, summary);
    return () => clearTimeout(timer);
  }, [summary]);
  return (
    <>
      <p className="visually-hidden" role="status">
        {announced}
      </p>
      {parts.length > 0 && (
        <ul className={styles.parts} aria-label="Recognized">
          {parts.map((part) => (
            <li key={part.start}>
              <button type="button" className={styles.part} title="Turn back into text" onClick={() => onRevert(part)}>
                <Icon name={KINDS[part.kind].icon} />
                <span className="visually-hidden">{KINDS[part.kind].name}: </span>
                <bdi>{part.label}</bdi>
                <span className="visually-hidden">(turn “{part.text}” back into text)</span>
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
