import { createRoot } from "react-dom/client";

import { TasksScreen } from "./tasks.tsx";

const { token, userId } = await (await fetch("/session")).json();

createRoot(document.getElementById("root")!).render(
  <TasksScreen apiUrl="/backend" userId={userId} fetchToken={async () => token} />,
);
