"use client";

import { useEffect, useState } from "react";

import { hasPendingWrites } from "tasknook-client/offline";

import { takeKeptTasks } from "./kept-tasks";

/** What a session has left on this device: changes that are not saved, or tasks. It names no user: anyone can see it. */
export function LeftOnDevice() {
  const [isUnsaved, setUnsaved] = useState(false);
  const [hasTasks, setHasTasks] = useState(false);
  useEffect(() => {
    // A browser that stores nothing has none.
    hasPendingWrites().then(setUnsaved, () => {});
    // Strict Mode runs this twice.
    if (takeKeptTasks()) setHasTasks(true);
  }, []);
  return (
    <p className="muted" role="status">
      {hasTasks && "You are signed out, but your tasks could not be deleted from this device. Delete the data of this site in your browser’s settings. "}
      {isUnsaved && "This device has changes that are not saved yet. They are saved when the user who made them signs in here."}
    </p>
  );
}
