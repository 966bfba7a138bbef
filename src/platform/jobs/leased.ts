import { plus } from "../clock.ts";
import type { App } from "../context.ts";
import { isOutage } from "../database/failures.ts";
import { newId } from "../ids.ts";
import { log, type LogFields } from "../log.ts";

/**
 * Long work that stands in one row: an archive, a deletion. Whoever takes it writes a token of its own into the row and holds it
 * until `lease_until`, which a timer moves on: a statement may take minutes, and says nothing meanwhile. When a node
 * dies the row is free a minute later; what a node writes that stood still for so long no longer finds its token.
 */

const leaseMilliseconds = 60_000;
const renewMilliseconds = 15_000;
/** So long the row rests when the database or its disk was away: that is not the work's failure. */
const outageMilliseconds = 60_000;

/** What the row says from the moment that it is taken. */
export interface Claim {
  claim_token: string;
  lease_until: string;
}

export function newClaim(app: App): Claim {
  return { claim_token: newId(), lease_until: leaseOf(app) };
}

const leaseOf = (app: App): string => plus(app.clock.now(), leaseMilliseconds);

/** What the work tells while it goes on. Both throw where it must not: the program ends, or somebody else has taken the row. */
export interface Progress {
  total(count: number): Promise<void>;
  done(count: number): Promise<void>;
}

/** What is written of every such row, whatever table it is in. */
interface Written {
  done_count?: number;
  total_count?: number;
  last_error?: string;
  lease_until?: string | null;
}

export interface LeasedWork<Values extends object> {
  /** What it is, for the log. */
  about: LogFields;
  /** Writes into the row as long as it holds the claim's token; answers whether it does. */
  write(values: Values | Written): Promise<boolean>;
  /** @returns what the row says once it is done; a `lease_until` in it is when it goes on */
  run(progress: Progress): Promise<Values & Pick<Written, "lease_until">>;
  /** What the row says while it waits to be taken again, and when it has failed for good. */
  waiting: Values;
  failed(): Values;
  isStopping(): boolean;
}

/** The program ends: the row goes back to where others find it. */
class Stopped extends Error {}

/** Somebody else has taken the row; nothing more is written into it. */
class Overtaken extends Error {}

/** Does what has been claimed, and writes down what became of it. */
export async function runLeased<Values extends object>(
  app: App,
  work: LeasedWork<Values>,
  renewEvery = renewMilliseconds,
): Promise<void> {
  let done = 0;
  let writtenAt = -Infinity;
  let isOurs = true;
  const write = async (values: Values | Written): Promise<void> => {
    isOurs = isOurs && (await work.write(values));
    if (!isOurs) throw new Overtaken();
  };
  const mayGoOn = (): void => {
    if (work.isStopping()) throw new Stopped();
    if (!isOurs) throw new Overtaken();
  };
  const progress: Progress = {
    total: async (total_count) => {
      mayGoOn();
      await write({ total_count, done_count: 0 });
    },
    done: async (count) => {
      done += count;
      mayGoOn();
      // Not for every row.
      if (performance.now() - writtenAt < 1000) return;
      writtenAt = performance.now();
      await write({ done_count: done, lease_until: leaseOf(app) });
    },
  };
  // While the database is away it cannot be renewed; then the work itself hears of that.
  let renewing = Promise.resolve();
  const renewal = setInterval(() => {
    renewing = write({ lease_until: leaseOf(app) }).catch(() => undefined);
  }, renewEvery);
  /** What is written at the end is the last that is written. */
  const stopRenewing = (): Promise<void> => {
    clearInterval(renewal);
    return renewing;
  };
  try {
    const finished = await work.run(progress);
    await stopRenewing();
    await write({ done_count: done, last_error: "", lease_until: null, ...finished });
  } catch (error) {
    await stopRenewing();
    await giveUp(app, work, error).catch((later: unknown) =>
      // It is free again when its lease ends.
      log.error("what became of long work could not be written down", { ...work.about, error: String(later) }),
    );
  }
}

async function giveUp<Values extends object>(app: App, work: LeasedWork<Values>, error: unknown): Promise<void> {
  if (error instanceof Overtaken) return log.warn("somebody else has taken long work over", work.about);
  if (error instanceof Stopped) return void (await work.write({ ...work.waiting, lease_until: null }));
  const last_error = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
  if (isOutage(error)) {
    log.warn("long work was cut off by an outage", { ...work.about, error: last_error });
    const lease_until = plus(app.clock.now(), outageMilliseconds);
    return void (await work.write({ ...work.waiting, last_error, lease_until }));
  }
  log.error("long work failed", { ...work.about, error: last_error });
  await work.write({ ...work.failed(), last_error, lease_until: null });
}
