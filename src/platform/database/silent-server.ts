import type { Socket } from "node:net";
import { Client, type Pool, type PoolClient } from "pg";
import { complaint, log } from "../log.ts";

/**
 * A PostgreSQL that is there and says nothing (its machine hangs, the network swallows what is sent) would keep every request
 * waiting: TCP alone gives up after many minutes. How long a statement takes says nothing, for some take long. So when one has
 * waited for a while, the server is asked something trivial over a connection of its own; only if that is not answered either,
 * all that wait are given up, and nothing more is sent until the server answers again.
 */
const patienceMilliseconds = 10_000;
const answerMilliseconds = 5_000;
const lookEveryMilliseconds = 2_500;

/** Begins as the driver's own words do, by which `failures.ts` knows an outage. */
const silence = "Connection terminated: PostgreSQL does not answer";

const toldSilent = complaint("error", "PostgreSQL does not answer");

/** Watches over the connections of a pool. */
export class SilenceWatch {
  /** How many answers each connection waits for, and since when nothing has come. */
  readonly #waiting = new Map<PoolClient, { answers: number; since: number }>();
  #isSilent = false;
  #isAsking = false;

  constructor(
    private readonly url: string,
    pool: Pool,
  ) {
    const timer = setInterval(() => {
      if (pool.ended) clearInterval(timer);
      else void this.#look();
    }, lookEveryMilliseconds);
    timer.unref();
    const connect = pool.connect.bind(pool) as (...given: unknown[]) => unknown;
    const whileItAnswers = (...given: unknown[]): unknown =>
      this.#isSilent && given.length === 0 ? Promise.reject(new Error(silence)) : connect(...given);
    Object.assign(pool, { connect: whileItAnswers });
  }

  /** A statement was sent; the answer is to be called when it was answered. */
  waits(client: PoolClient): () => void {
    const waits = this.#waiting.get(client);
    if (waits === undefined) this.#waiting.set(client, { answers: 1, since: performance.now() });
    else waits.answers += 1;
    return () => {
      const left = this.#waiting.get(client);
      if (left === undefined) return;
      left.answers -= 1;
      left.since = performance.now();
      if (left.answers === 0) this.#waiting.delete(client);
    };
  }

  async #look(): Promise<void> {
    if (this.#isAsking) return;
    const longest = performance.now() - Math.min(...[...this.#waiting.values()].map(({ since }) => since));
    if (!this.#isSilent && !(longest >= patienceMilliseconds)) return;
    const wasSilent = this.#isSilent;
    this.#isAsking = true;
    try {
      this.#isSilent = !(await doesAnswer(this.url));
    } finally {
      this.#isAsking = false;
    }
    const now = performance.now();
    if (this.#isSilent) {
      toldSilent({ waiting: this.#waiting.size });
      for (const client of this.#waiting.keys()) cut(client, new Error(silence));
      this.#waiting.clear();
    } else {
      if (wasSilent) log.info("PostgreSQL answers again");
      // They only take long: they are asked about again after as long a time.
      for (const waits of this.#waiting.values()) waits.since = now;
    }
  }
}

/** Whether the server says anything at all; a refusal is an answer. */
async function doesAnswer(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  const answer = client
    .connect()
    .then(() => client.query("select 1"))
    .then(
      () => true,
      (error: unknown) => !isNoWay(error),
    );
  // Time that this program stood still itself is not the server's: what has arrived meanwhile gets its turn first.
  const late = Bun.sleep(answerMilliseconds)
    .then(() => Bun.sleep(100))
    .then(() => false);
  const isAnswered = await Promise.race([answer, late]);
  if (isAnswered) await client.end().catch(() => {});
  else cut(client);
  return isAnswered;
}

const isNoWay = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(String(error.code));

/** Closes a connection without a word to the other side, which would not hear it. The driver's types leave its socket out. */
function cut(client: object, why?: Error): void {
  (client as { connection: { stream: Socket } }).connection.stream.destroy(why);
}
