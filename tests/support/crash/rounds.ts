import type { RunningBinary } from "../binary.ts";
import { waitFor } from "../waiting.ts";
import { type Chance, chance } from "./chance.ts";
import { gather } from "./clients.ts";
import { brokenInvariants } from "./invariants.ts";
import { type DeedKind, type Ledger, newLedger } from "./ledger.ts";
import { brokenPromises, doneUnanswered } from "./promises.ts";
import { drained, waiting, wronglyDelivered } from "./queues.ts";
import { openRows } from "./rows.ts";
import type { Stage } from "./stage.ts";
import { openTill, type Till } from "./payments.ts";

/** Load, a kill with -9, a look at what is there, and again. */

export interface Wish {
  rounds: number;
  clients: number;
  seed: number;
  /** Milliseconds of load before a kill, at least and at most. */
  load: [shortest: number, longest: number];
  /** Every so many rounds it is stopped by SIGTERM instead, under the same load; 0: never. */
  stopEvery?: number;
  /** How long the queues may take to drain at the end: what a dead process held has to come free first. */
  drainMs: number;
  say?: (line: string) => void;
}

export interface Figures {
  seed: number;
  kills: number;
  /** Stopped by SIGTERM under load. */
  stops: number;
  requests: number;
  stripeEvents: number;
  acknowledged: Record<string, number>;
  /** Done and acknowledged by 409 `answer_lost` only. */
  lost: number;
  /** Requests sent again because no answer had come. */
  repeated: number;
  refusals: Record<string, number>;
  mails: number;
  uncertainMails: number;
  webhooks: number;
  /** Milliseconds from each start to the first answer of /readyz. */
  startsMs: number[];
  drainSeconds: number;
  rows: Record<string, number>;
  /** What did not hold, by round. */
  broken: string[];
}

export interface Load {
  ledger: Ledger;
  till: Till;
  /** Clients and Stripe at work until the answer is called and awaited. */
  start(): () => Promise<void>;
  finish(): Promise<void>;
}

export function loadOf(stage: Stage, clients: number, luck: Chance): Load {
  const ledger = newLedger();
  const till = openTill(stage, luck.of("till"));
  const crowd = gather(stage, ledger, till, clients, luck);
  return {
    ledger,
    till,
    start: () => {
      let isOver = false;
      const working = crowd.work(() => isOver);
      const paying = (async () => {
        while (!isOver) {
          await till.deliver(() => isOver);
          await Bun.sleep(50);
        }
      })();
      return async () => {
        isOver = true;
        await Promise.all([working, paying]);
      };
    },
    finish: async () => {
      await crowd.finish();
      await till.deliver(() => false);
    },
  };
}

export async function runRounds(stage: Stage, wish: Wish): Promise<Figures> {
  const luck = chance(wish.seed);
  const load = loadOf(stage, wish.clients, luck);
  const broken: string[] = [];
  const startsMs: number[] = [];
  let stops = 0;
  const start = async (): Promise<RunningBinary> => {
    const begun = performance.now();
    const server = await stage.one.start();
    startsMs.push(Math.round(performance.now() - begun));
    return server;
  };
  for (let round = 1; round <= wish.rounds; round += 1) {
    const server = await start();
    const first = load.ledger.deeds.length;
    const end = load.start();
    if (round % (wish.stopEvery || Number.POSITIVE_INFINITY) === 0) {
      broken.push(
        ...(await stopUnderLoad(stage, load, { server, end, first })).map(
          (what) => `round ${round} (SIGTERM): ${what}`,
        ),
      );
      stops += 1;
      continue;
    }
    const moment = await killMoment(stage, luck, wish.load);
    // Nobody begins anything new; what is under way is cut off.
    const ended = end();
    await server.kill9();
    await ended;
    const found = await look(stage, load.ledger);
    broken.push(...found.map((what) => `round ${round} (${moment}): ${what}`), ...defectsIn(server.output(), round));
    wish.say?.(
      `round ${round}: killed ${moment}; ${load.ledger.count("done")} acknowledged, ${load.ledger.count("open")} open, ${found.length} broken`,
    );
  }
  const server = await start();
  await load.finish();
  const drainSeconds = await drained(stage, wish.drainMs).catch((error: unknown) => {
    broken.push(`at the end: ${String(error)}`);
    return Number.NaN;
  });
  broken.push(...(await finalLook(stage, load)).map((what) => `at the end: ${what}`), ...defectsIn(server.output(), 0));
  const code = await server.stop();
  if (code !== 0) broken.push(`SIGTERM ended it with ${code}`);
  return {
    ...(await count(stage, load, wish.seed)),
    startsMs,
    kills: wish.rounds - stops,
    stops,
    drainSeconds,
    broken,
  };
}

interface Stopping {
  server: RunningBinary;
  end: () => Promise<void>;
  /** The first deed of the round. */
  first: number;
}

/** SIGTERM in the middle of the load: everything that was begun is answered, and the exit code is 0. */
async function stopUnderLoad(stage: Stage, load: Load, { server, end, first }: Stopping): Promise<string[]> {
  await waitFor("the clients to be at work", () => load.ledger.deeds.length >= first + 20 || undefined, {
    timeoutMs: 60_000,
  });
  const code = await server.stop();
  await end();
  const broken = code === 0 ? [] : [`it ended with ${code}`];
  const rows = await openRows(stage.one);
  broken.push(...(await doneUnanswered(load.ledger, first, rows)));
  await rows.close();
  return [...broken, ...(await look(stage, load.ledger))];
}

/** Chooses when to kill: after some time, or just when something goes over a line to the outside. Answers how it was chosen. */
async function killMoment(stage: Stage, luck: Chance, [shortest, longest]: [number, number]): Promise<string> {
  const after = luck.between(shortest, longest);
  const how = luck.pick(["by time", "by time", "at a mail", "at a webhook", "at Stripe"]);
  await Bun.sleep(after);
  const seen = (): number =>
    how === "at a mail"
      ? stage.smtp.received.length
      : how === "at a webhook"
        ? stage.receiver.count()
        : stage.stripe.requests.length;
  if (how === "by time") return `${how}, ${after} ms`;
  const before = seen();
  await waitFor(how, () => seen() > before || undefined, { timeoutMs: 1500, everyMs: 1 }).catch(() => undefined);
  await Bun.sleep(luck.between(0, 15));
  return `${how}, after ${after} ms`;
}

/** What is broken at rest: rows that disagree, promises that were not kept. */
export async function look(stage: Stage, ledger: Ledger): Promise<string[]> {
  const rows = await openRows(stage.one);
  try {
    return [
      ...(await brokenInvariants(stage.one, rows)),
      ...(await brokenPromises(ledger, rows)),
      ...ledger.unexpected.splice(0),
    ];
  } finally {
    await rows.close();
  }
}

/** After everything was answered and the queues are empty. */
export async function finalLook(stage: Stage, { ledger, till }: Pick<Load, "ledger" | "till">): Promise<string[]> {
  const broken = await look(stage, ledger);
  const rows = await openRows(stage.one);
  try {
    broken.push(...(await wronglyDelivered(stage, rows)), ...(await till.wronglyBooked(rows)));
    for (const [queue, left] of Object.entries(await waiting(rows)))
      if (left > 0) broken.push(`${left} ${queue} still wait`);
  } finally {
    await rows.close();
  }
  const { code, stdout, stderr } = await stage.one.cli(["doctor"]);
  if (code !== 0 || /^FAIL/m.test(stdout)) broken.push(`doctor: ${stdout}${stderr}`);
  return broken;
}

/** Messages that the log holds more than ten times, with how often: in an outage of seconds that is a flood. */
export function repeatedLines(output: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of output.split("\n").filter((one) => one !== "")) {
    const message = /"message":"([^"]*)"/.exec(line)?.[1] ?? line;
    counts[message] = (counts[message] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 10));
}

/** Lines of the log that tell of a defect; what a kill interrupts is none. */
export function defectsIn(output: string, round: number): string[] {
  return output
    .split("\n")
    .filter((line) => line.includes('"level":"error"'))
    .slice(0, 5)
    .map((line) => `round ${round}: the log says ${line.slice(0, 600)}`);
}

async function count(
  stage: Stage,
  { ledger, till }: Load,
  seed: number,
): Promise<Omit<Figures, "startsMs" | "kills" | "stops" | "drainSeconds" | "broken">> {
  const kinds = [...new Set(ledger.deeds.map(({ kind }) => kind))].toSorted();
  const rows = await openRows(stage.one);
  const tables = [
    "tickets",
    "ticket_notes",
    "time_entries",
    "ticket_attachments",
    "invoices",
    "invoice_lines",
    "payments",
    "events",
    "event_deliveries",
    "mails",
    "webhook_deliveries",
    "audit_log",
  ];
  const counted: Record<string, number> = {};
  for (const table of tables) counted[table] = await rows.number(`select count(*) from ${table}`);
  const uncertainMails = await rows.number("select count(*) from mails where mail_status = 'uncertain'");
  await rows.close();
  return {
    seed,
    requests: ledger.requests,
    stripeEvents: till.sent(),
    acknowledged: Object.fromEntries(kinds.map((kind: DeedKind) => [kind, ledger.count("done", kind)])),
    lost: ledger.count("lost"),
    repeated: ledger.deeds.reduce((sum, deed) => sum + Math.max(0, deed.attempts - 1), 0),
    refusals: Object.fromEntries(ledger.refusals),
    mails: stage.smtp.received.length,
    uncertainMails,
    webhooks: stage.receiver.count(),
    rows: counted,
  };
}
