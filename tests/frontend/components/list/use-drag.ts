import {
  draggable,
  dropTargetForElements,
  type ElementDropTargetEventBasePayload,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { pointerOutsideOfPreview } from "@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview";
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview";
import { attachClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge/attach-closest-edge";
import { extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge/extract-closest-edge";
import { useEffect, useState, type RefObject } from "react";

import type { Task } from "tasknook-client";

import type { RowActions } from "./actions";
import styles from "./drag.module.css";
import { useLatest } from "./use-latest";

type Edge = "top" | "bottom";

/** What is dragged. Other drop targets, such as the lists of the sidebar, accept it too. */
export const dragData = (task: Task) => ({ type: "task", id: task.id });

interface Options {
  /** Whether the row can be dragged. */
  isEnabled: boolean;
  /** Whether other rows can be dropped next to it. */
  isTarget: boolean;
  actions: RowActions;
}

/** Makes a row one that can be dragged, and the edge of it where a dragged one would be dropped. */
export function useDrag(row: RefObject<HTMLLIElement | null>, task: Task, { isEnabled, isTarget, actions }: Options): Edge | undefined {
  const [edge, setEdge] = useState<Edge>();
  const latest = useLatest(task);

  useEffect(() => {
    if (!isEnabled) return;
    // A finger that moves elsewhere on the row scrolls.
    const isTouch = window.matchMedia("(pointer: coarse)").matches;
    return draggable({
      element: row.current!,
      dragHandle: (isTouch && row.current!.querySelector("[data-handle]")) || undefined,
      getInitialData: () => dragData(latest.current),
      onGenerateDragPreview: ({ nativeSetDragImage }) =>
        setCustomNativeDragPreview({
          nativeSetDragImage,
          getOffset: pointerOutsideOfPreview({ x: "12px", y: "8px" }),
          render({ container }) {
            const preview = container.appendChild(document.createElement("div"));
            preview.className = styles.preview!;
            preview.textContent = latest.current.title;
          },
        }),
      onDragStart({ source }) {
        source.element.dataset.dragged = "";
        actions.drag(latest.current.id);
      },
      onDrop({ source }) {
        delete source.element.dataset.dragged;
        actions.drag(undefined);
      },
    });
    // Only targets have a handle.
  }, [row, latest, actions, isEnabled, isTarget]);

  useEffect(() => {
    if (!isTarget) return;
    const element = row.current!;
    const show = ({ self, source }: ElementDropTargetEventBasePayload) => {
      const closest = extractClosestEdge(self.data) as Edge;
      // Where it is already.
      const neighbor = closest === "top" ? element.previousElementSibling : element.nextElementSibling;
      setEdge(neighbor === source.element ? undefined : closest);
    };
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.type === "task" && source.data.id !== latest.current.id,
      getData: ({ input }) => attachClosestEdge({}, { element, input, allowedEdges: ["top", "bottom"] }),
      onDragEnter: show,
      onDrag: show,
      onDragLeave: () => setEdge(undefined),
      onDrop({ self, source }) {
        setEdge(undefined);
        actions.drop(String(source.data.id), latest.current, extractClosestEdge(self.data) as Edge);
      },
    });
  }, [row, latest, actions, isTarget]);

  return edge;
}
