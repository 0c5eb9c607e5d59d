import type { RefObject } from "react";

import { Icon } from "@/components/ui/icon";

interface Props {
  label: string;
  icon: "up" | "down";
  onClick?: () => void;
  ref?: RefObject<HTMLButtonElement | null>;
}

/** Without an action it remains in the order of the focus, since a move to the end must not lose it. */
export function MoveButton({ label, icon, onClick, ref }: Props) {
  return (
    <button type="button" ref={ref} className="button quiet square" aria-label={label} aria-disabled={!onClick} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
