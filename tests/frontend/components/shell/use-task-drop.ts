import { useEffect, useEffectEvent, useRef, useState } from "react";

import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";

/** Makes an element a target for dragged tasks. */
export function useTaskDrop(onDrop: (taskId: string) => void) {
  const ref = useRef<HTMLAnchorElement>(null);
  const [isOver, setIsOver] = useState(false);
  const drop = useEffectEvent(onDrop);

  useEffect(() => {
    return dropTargetForElements({
      element: ref.current!,
      canDrop: ({ source }) => source.data.type === "task",
      onDragEnter: () => setIsOver(true),
      onDragLeave: () => setIsOver(false),
      onDrop: ({ source }) => {
        setIsOver(false);
        drop(String(source.data.id));
      },
    });
  }, []);

  return { ref, isOver };
}
