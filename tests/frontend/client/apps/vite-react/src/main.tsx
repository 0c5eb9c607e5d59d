import { createAuthClient } from "better-auth/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { TasknookProvider } from "tasknook-client/react";

import { Tasks } from "./tasks.tsx";

const authClient = createAuthClient();

function App() {
  const { data: session, isPending } = authClient.useSession();
  if (isPending) return <p>Loading…</p>;
  if (!session) return <p>You are not signed in.</p>;
  return (
    <TasknookProvider baseUrl="/backend" userId={session.user.id} onAccountChanged={() => location.reload()}>
      <Tasks />
    </TasknookProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
