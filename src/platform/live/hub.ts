import { newId } from "../ids.ts";

/** Who is told when a topic changes, in this process. Topics begin with the tenant's id. */
export interface LiveHub {
  /** Tells this process from the others that look at the same database. */
  readonly node: string;
  /** Between two signs of life of a stream, at which it is also asked anew whether it may go on. */
  readonly heartbeatMilliseconds: number;
  tell(topics: readonly string[]): void;
  /** What another process has sent. */
  hear(text: string): void;
  /** Calls back with each of the topics that has changed, until the answer is called. */
  subscribe(topics: readonly string[], callback: (topic: string) => void): () => void;
  /** A stream is open until the answer is called; the oldest of a session gives way to one too many, and all to the end. */
  open(session: string, end: () => void): () => void;
  /** Ends every stream: the program stops. */
  close(): void;
}

const mostPerSession = 8;
const mostStreams = 5000;

/** The node's hub, over which changes reach the streams that are open on it. */
export function createHub(heartbeatMilliseconds = 25_000): LiveHub {
  const node = newId();
  const listeners = new Map<string, Set<(topic: string) => void>>();
  const streams = new Map<string, Set<() => void>>();
  let count = 0;
  const tell = (topics: readonly string[]): void => {
    for (const topic of topics) for (const callback of listeners.get(topic) ?? []) callback(topic);
  };
  return {
    node,
    heartbeatMilliseconds,
    tell,
    hear: (text) => {
      const [from, ...topics] = JSON.parse(text) as string[];
      if (from !== node) tell(topics);
    },
    subscribe: (topics, callback) => {
      for (const topic of topics) {
        const known = listeners.get(topic) ?? new Set();
        listeners.set(topic, known.add(callback));
      }
      return () => {
        for (const topic of topics) {
          const known = listeners.get(topic);
          known?.delete(callback);
          if (known?.size === 0) listeners.delete(topic);
        }
      };
    },
    open: (session, end) => {
      const own = streams.get(session) ?? new Set();
      streams.set(session, own.add(end));
      count += 1;
      const closed = (): void => {
        if (own.delete(end)) count -= 1;
        if (own.size === 0 && streams.get(session) === own) streams.delete(session);
      };
      const [oldest] = own;
      if (own.size > mostPerSession) oldest?.();
      else if (count > mostStreams) {
        // Who is refused has not got the function that counts it down.
        closed();
        end();
      }
      return closed;
    },
    close: () => {
      for (const own of streams.values()) for (const end of own) end();
    },
  };
}
