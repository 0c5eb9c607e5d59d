import { createContext, Fragment, use, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";

import type { Client, ClientOptions } from "../client.ts";
import type { AccountChanged, SignedOut } from "../problem.ts";
import type { ListMutations } from "./list-mutations.ts";
import type { Mutations } from "./mutations.ts";
import { Session } from "./session.ts";

const Context = createContext<Session | undefined>(undefined);

/** The session of the nearest provider. */
export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error("This hook must be used within a TasknookProvider.");
  return session;
}

interface SharedProps {
  /** Whether changes made elsewhere are shown as they happen, while the page is visible; true by default. */
  live?: boolean;
  /** Called when the session has ended: go to the sign-in page. */
  onSignedOut?: (error: SignedOut) => void;
  /** Called when another account has signed in: reload the page. */
  onAccountChanged?: (error: AccountChanged) => void;
  children: ReactNode;
}

/** The options of the client that the provider creates, or a client of your own, which the provider does not close. */
type ClientProps =
  | ({ client?: undefined } & Pick<ClientOptions, "baseUrl" | "userId" | "fetchToken" | "fetch">)
  | { client: Client; baseUrl?: undefined; userId?: undefined; fetchToken?: undefined; fetch?: undefined };

export type TasknookProviderProps = ClientProps & SharedProps;

/**
 * Provides the client and the cache of one signed-in user, from sign-in to sign-out. Render it only for a signed-in user.
 * With another `userId` it begins anew: nothing of the former user remains. Other options are read when it is mounted.
 */
export function TasknookProvider(props: TasknookProviderProps) {
  const userId = props.client ? props.client.userId : props.userId;
  return <UserProvider key={userId} {...props} />;
}

function UserProvider({ children, ...props }: TasknookProviderProps) {
  // Callbacks are the latest ones.
  const latest = useRef(props);
  useEffect(() => void (latest.current = props));

  const [{ session, opened }, setOpen] = useState(() => ({ session: open(), opened: 1 }));
  const mounted = useRef(false);

  function open(): Session {
    const { client, baseUrl = "", userId = "", fetchToken, fetch, live = true } = props;
    return new Session({
      ...{ client, baseUrl, userId, fetch, live },
      fetchToken: fetchToken && ((signal) => (latest.current.fetchToken ?? fetchToken)(signal)),
      onSignedOut: (error) => latest.current.onSignedOut?.(error),
      onAccountChanged: (error) => latest.current.onAccountChanged?.(error),
    });
  }

  useEffect(() => {
    // Shown again after it was hidden by `<Activity>`. The children begin anew, since queries keep their cache.
    if (session.isClosed) return setOpen({ session: open(), opened: opened + 1 });
    mounted.current = true;
    session.open();
    return () => {
      mounted.current = false;
      // Strict Mode unmounts and immediately mounts again; close only if it is still unmounted after that.
      queueMicrotask(() => mounted.current || session.close());
    };
  }, [session, opened]);

  return (
    <Context value={session}>
      <Fragment key={opened}>{children}</Fragment>
    </Context>
  );
}

/** The client of the signed-in user, for calls without a hook. */
export function useClient(): Client {
  return useSession().client;
}

/** The functions that write tasks. They remain the same, so they can be dependencies. */
export function useMutations(): Mutations {
  return useSession().mutations;
}

/** The functions that write lists. They remain the same, so they can be dependencies. */
export function useListMutations(): ListMutations {
  return useSession().listMutations;
}

/** The state of the connection. */
export interface ConnectionState {
  /** Whether the API was unavailable at the last call. Lists are loaded again until it responds. */
  unavailable: boolean;
  /** The error of that call, while the API or the sign-in service is unavailable. */
  reason: Error | undefined;
}

export function useConnection(): ConnectionState {
  const { connection } = useSession();
  const reason = useSyncExternalStore(connection.subscribe, connection.outage, () => undefined);
  return { unavailable: reason !== undefined, reason };
}
