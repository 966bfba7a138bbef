import type { Database } from "../database/database.ts";
import { complaint } from "../log.ts";
import type { LiveHub } from "./hub.ts";

const again = 5000;
const unheard = complaint("warn", "changes of other nodes cannot be heard");

/** Hears what other processes change in the same database, from now until the answer is called. */
export function listenToOthers(database: Database, live: LiveHub): () => Promise<void> {
  if (database.listen === undefined) return async () => {};
  const { listen } = database;
  let isStopping = false;
  let stop: (() => Promise<void>) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = async (): Promise<void> => {
    if (isStopping) return;
    try {
      stop = await listen("purser_live", (text) => live.hear(text), retry);
      if (isStopping) await stop();
    } catch (error) {
      unheard({ error: String(error) });
      retry();
    }
  };
  // What was missed meanwhile is seen when a page is loaded again; nothing else hangs on it.
  const retry = (): void => {
    stop = null;
    if (!isStopping) timer = setTimeout(() => void start(), again);
  };
  void start();
  return async () => {
    isStopping = true;
    clearTimeout(timer);
    await stop?.();
  };
}
