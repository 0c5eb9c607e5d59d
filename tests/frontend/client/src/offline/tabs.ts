/** The APIs of a browser with which tabs share a queue: Web Locks and `BroadcastChannel`. */
export interface OfflineTabs {
  /** Runs it while it has the lock, as `navigator.locks.request` does. */
  request: (name: string, options: object, run: () => Promise<void>) => Promise<void>;
  /** Opens a `BroadcastChannel`. */
  open: (name: string, receive: (message: unknown) => void) => Channel;
}

export interface Channel {
  postMessage: (message: unknown) => void;
  close: () => void;
}

/** Those of this browser; undefined without one of them (Web Locks need https or localhost). */
export function browserTabs(): OfflineTabs | undefined {
  const locks = typeof document === "object" && typeof navigator === "object" ? navigator.locks : undefined;
  if (!locks || typeof BroadcastChannel !== "function") return undefined;
  return {
    request: async (name, options, run) => void (await locks.request(name, options, run)),
    open(name, receive) {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => receive(data);
      return channel;
    },
  };
}
