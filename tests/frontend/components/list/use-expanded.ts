import { useState } from "react";

/** While the page lives, the completed tasks of all views are shown or hidden. */
let isLastExpanded = false;

/** Whether the completed tasks are shown, and a function that toggles it. */
export function useExpanded(): [boolean, () => void] {
  const [isExpanded, setExpanded] = useState(isLastExpanded);
  return [
    isExpanded,
    () => {
      isLastExpanded = !isExpanded;
      setExpanded(isLastExpanded);
    },
  ];
}
