/** What is measured, a part each; every part starts its own server on its own copy of the data. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Edition } from "../build.ts";
import type { Wish } from "./bare.ts";
import type { DataCopy, DataSets, DataSize } from "./data.ts";
import type { Plan, Played } from "./load.ts";
import { type OperationName, operationNames } from "./operations.ts";
import { all, api, signInAll, type Subjects, type User } from "./people.ts";
import { type Paint, paintsOf } from "./paint.ts";
import { type Measured, startMeasured } from "./server.ts";
import { type Stillness, watched } from "./still.ts";

export const partNames = ["start", "desk", "saturation", "bare", "growth", "run", "still", "paint"] as const;
export type PartName = (typeof partNames)[number];

export interface Round {
  edition: Edition;
  sets: DataSets;
  /** Shorter, for looking. */
  isQuick: boolean;
}

export interface Waits {
  perSecond: number;
  count: number;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

export const people = 100;
export const pause: [number, number] = [1, 2];

interface Running {
  copy: DataCopy;
  server: Measured;
  boss: User;
  users: User[];
  subjects: Subjects;
}

async function onServer<T>(
  round: Round,
  size: DataSize,
  signedIn: number,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const copy = await round.sets.copy(size);
  try {
    const server = await startMeasured(round.edition, copy);
    try {
      return await work({ copy, server, ...(await signInAll(server.url, copy.password, signedIn)) });
    } finally {
      await server.stop();
    }
  } finally {
    await copy.drop();
  }
}

async function load(plan: Plan): Promise<Played> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "load.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  const played = JSON.parse(await new Response(child.stdout).text()) as Played;
  for (const [name, [first]] of Object.entries(played.errors)) console.error(`${name}: ${first ?? ""}`);
  return played;
}

function waitsOf(times: readonly number[], errors: number, seconds: number): Waits {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    perSecond: sorted.length / seconds,
    count: sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    errors,
  };
}

function byOperation({ times, errors, seconds }: Played): Partial<Record<OperationName, Waits>> {
  return Object.fromEntries(
    operationNames
      .filter((name) => times[name] !== undefined || errors[name] !== undefined)
      .map((name) => [name, waitsOf(times[name] ?? [], errors[name]?.length ?? 0, seconds)]),
  );
}

export interface StartResult {
  firstAnswers: number[];
  idleMemory: number;
  binaryMegabytes: number;
}

/** From nothing to the first page, and the memory of a server that nobody asks anything. */
async function start({ edition, sets, isQuick }: Round): Promise<StartResult> {
  const copy = await sets.copy("large");
  const firstAnswers: number[] = [];
  let idleMemory = 0;
  try {
    for (let at = 0; at < 6; at += 1) {
      const server = await startMeasured(edition, copy);
      // The first start may have to bring the schema up to date, and has to read the program from disk.
      if (at > 0) firstAnswers.push(server.firstAnswer);
      if (at === 5) {
        await Bun.sleep(isQuick ? 2000 : 10_000);
        idleMemory = server.memory().now;
      }
      await server.stop();
    }
  } finally {
    await copy.drop();
  }
  return { firstAnswers, idleMemory, binaryMegabytes: statSync(edition.file).size / 1e6 };
}

export interface DeskResult {
  operations: Partial<Record<OperationName, Waits>>;
  peakMemory: number;
}

/** A hundred people at their desks: each asks for something, looks at it for one to two seconds, and goes on. */
const desk = (round: Round): Promise<DeskResult> =>
  onServer(round, "large", people, async ({ server, users, subjects }) => {
    server.forgetPeak();
    const played = await load({
      url: server.url,
      users,
      subjects,
      play: { kind: "desk" },
      pause,
      warmUpSeconds: round.isQuick ? 2 : 5,
      seconds: round.isQuick ? 10 : 40,
    });
    return { operations: byOperation(played), peakMemory: server.memory().peak };
  });

/** A hundred people who never pause, one kind of request after the other. */
const saturation = (round: Round): Promise<DeskResult> =>
  onServer(round, "large", people, async ({ server, users, subjects }) => {
    server.forgetPeak();
    const operations: DeskResult["operations"] = {};
    for (const operation of operationNames) {
      const played = await load({
        url: server.url,
        users,
        subjects,
        play: { kind: "flat out", operation },
        pause: [0, 0],
        warmUpSeconds: 2,
        seconds: round.isQuick ? 2 : 5,
      });
      Object.assign(operations, byOperation(played));
    }
    return { operations, peakMemory: server.memory().peak };
  });

export interface BareResult {
  name: string;
  statements: number;
  bytes: number;
  bare: Waits;
  whole: Waits;
}

/** The same SQL and templates in a handler that does nothing else, beside the page itself; both without pauses. */
const bare = (round: Round): Promise<BareResult[]> =>
  onServer(round, "large", people, async ({ copy, server, users, subjects }) => {
    const results: BareResult[] = [];
    const pages: [string, string][] = [
      ["ticket list", "/tickets"],
      ["ticket page", `/tickets/${subjects.tickets[0] ?? ""}`],
      ["company page", `/companies/${subjects.companies[0] ?? ""}`],
    ];
    for (const [name, path] of pages) {
      const [first] = users;
      if (first === undefined) throw new Error("nobody has signed in");
      const common = { users, subjects, pause: [0, 0] as [number, number], warmUpSeconds: 2 };
      const seconds = round.isQuick ? 2 : 5;
      const whole = await load({ ...common, url: server.url, play: { kind: "address", path }, seconds });
      const limit = await startBare(round.edition, {
        path,
        headers: first.headers,
        dataDir: copy.dataDir,
        databaseUrl: copy.env["PURSER_DATABASE_URL"] ?? "",
        sqlitePath: join(copy.dataDir, "purser.sqlite"),
      });
      const played = await load({ ...common, url: limit.url, play: { kind: "address", path }, seconds });
      await limit.stop();
      const waits = ({ times, errors }: Played): Waits =>
        waitsOf(times[path] ?? [], errors[path]?.length ?? 0, seconds);
      results.push({
        name,
        statements: limit.statements,
        bytes: limit.bytes,
        bare: waits(played),
        whole: waits(whole),
      });
    }
    return results;
  });

async function startBare(
  edition: Edition,
  wish: Wish,
): Promise<{ url: string; statements: number; bytes: number; stop(): Promise<void> }> {
  const child = Bun.spawn(
    [process.execPath, "--define", `MULTI_TENANT=${edition.isMultiTenant}`, join(import.meta.dir, "bare.ts")],
    { stdin: new TextEncoder().encode(JSON.stringify(wish)), stdout: "pipe", stderr: "inherit" },
  );
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error("the bare server did not start");
  const { port, statements, bytes } = JSON.parse(new TextDecoder().decode(value)) as {
    port: number;
    statements: number;
    bytes: number;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    statements,
    bytes,
    stop: async () => {
      child.kill();
      await child.exited;
    },
  };
}

export interface GrowthResult {
  path: string;
  /** Milliseconds of the middle request of one person alone. */
  medium: number;
  large: number;
}

const lists = [
  "/tickets",
  "/tickets?view=closed",
  "/tickets?view=all",
  "/tickets?view=all&sort=title",
  "/tickets?view=all&sort=company",
  "/tickets?view=all&q=printer",
  "/time",
  "/invoices",
  "/companies",
];

/** Lists over 10,000 and over 100,000 tickets, asked for by one person alone. */
async function growth(round: Round): Promise<GrowthResult[]> {
  const measured: Record<DataSize, Map<string, number>> = { medium: new Map(), large: new Map() };
  for (const size of ["medium", "large"] as const)
    await onServer(round, size, 1, async ({ server, boss, subjects }) => {
      for (const path of lists) {
        const { times } = await load({
          url: server.url,
          users: [boss],
          subjects,
          play: { kind: "address", path },
          pause: [0, 0],
          warmUpSeconds: 0.7,
          seconds: round.isQuick ? 1 : 3,
        });
        measured[size].set(path, waitsOf(times[path] ?? [], 0, 1).p50);
      }
    });
  return lists.map((path) => ({
    path,
    medium: measured.medium.get(path) ?? 0,
    large: measured.large.get(path) ?? 0,
  }));
}

export interface RunResult {
  contracts: number;
  invoices: number;
  failed: number;
  seconds: number;
  still: Stillness;
}

const runContracts = 500;

/** The drafts of the present month for 500 contracts, in one request, after filling up the demo's contracts to so many. */
const run = (round: Round): Promise<RunResult> =>
  onServer(round, "large", 0, async ({ server, boss }) => {
    await fillContracts(server.url, boss);
    const month = Temporal.Now.plainDateISO().toPlainYearMonth().toString();
    const { result, seconds, still } = await watched(server.url, () =>
      api<{ meta: { made: unknown[]; failed: unknown[] } }>(server.url, boss, "/invoices/generate/batch", {
        data: { type: "invoice_batches", attributes: { month } },
      }),
    );
    return {
      contracts: runContracts,
      invoices: result.meta.made.length,
      failed: result.meta.failed.length,
      seconds,
      still,
    };
  });

async function fillContracts(url: string, boss: User): Promise<void> {
  const active = await all(url, boss, "/contracts?filter[status]=active&page[size]=100");
  const taken = new Set(active.map(({ attributes }) => attributes["company_id"]));
  const free = (await all(url, boss, "/companies?page[size]=100")).filter(({ id }) => !taken.has(id));
  for (const { id } of free.slice(0, runContracts - active.length)) {
    const { data } = await api<{ data: { id: string } }>(url, boss, "/contracts", {
      data: {
        type: "contracts",
        attributes: {
          company_id: id,
          name: "Care",
          contract_type: "managed_services",
          start_date: Temporal.Now.plainDateISO().with({ day: 1 }).toString(),
          billing_cycle: "monthly",
          status: "active",
        },
      },
    });
    await api(url, boss, "/contract-items", {
      data: {
        type: "contract_items",
        attributes: {
          contract_id: data.id,
          item_type: "recurring_service",
          name: "Workplace",
          quantity: "5",
          unit_price: "89.00",
        },
      },
    });
  }
}

export interface StillResult {
  name: string;
  seconds: number;
  still: Stillness;
}

/** Heavy work beside the requests, and how long these had to wait for an answer that costs nothing. */
const still = (round: Round): Promise<StillResult[]> =>
  onServer(round, "large", 0, async ({ copy, server, boss }) => {
    const results: StillResult[] = [];
    const beside = async (name: string, work: () => Promise<void>): Promise<void> => {
      const { seconds, still: seen } = await watched(server.url, work);
      results.push({ name, seconds, still: seen });
    };
    const page = async (path: string): Promise<void> => {
      const answer = await fetch(server.url + path, { headers: boss.headers });
      if (!answer.ok || answer.body === null) throw new Error(`${path}: ${answer.status}`);
      for await (const _chunk of answer.body);
    };
    await beside("nothing", () => Bun.sleep(3000));
    await beside("report: receivables by age", () => page("/billing/aging"));
    await beside("report: preview of the billing run", () => page("/billing/run"));
    await beside("report: dashboard", () => page("/"));
    await beside("report: list of time", () => page("/time"));
    await beside("export: 100,000 tickets as CSV", () =>
      page("/lists/export?list=/tickets&back=/tickets%3Fview%3Dall"),
    );
    await beside("export: everything, as an archive", () => exportEverything(server.url, boss));
    if (!round.edition.isMultiTenant)
      await beside("backup", async () => {
        const child = Bun.spawn([round.edition.file, "backup", "create"], {
          env: { ...process.env, PURSER_DATA_DIR: copy.dataDir },
          stdout: "ignore",
          stderr: "ignore",
        });
        if ((await child.exited) !== 0) throw new Error("the backup failed");
      });
    return results;
  });

async function exportEverything(url: string, boss: User): Promise<void> {
  type Export = { data: { id: string; attributes: { export_status: string } } };
  const made = await api<Export>(url, boss, "/data-exports", { data: { type: "data_exports", attributes: {} } });
  for (;;) {
    await Bun.sleep(500);
    const { data } = await api<Export>(url, boss, `/data-exports/${made.data.id}`);
    if (data.attributes.export_status === "ready") return;
    if (data.attributes.export_status === "failed") throw new Error("the export failed");
  }
}

/** What one sees first of the pages that a day is spent on, over the large data set. */
const paint = (round: Round): Promise<Paint[]> =>
  onServer(round, "large", 1, ({ server, boss, subjects }) =>
    paintsOf(
      server.url,
      boss,
      [
        "/",
        "/tickets",
        `/tickets/${subjects.tickets[0] ?? ""}`,
        "/companies",
        `/companies/${subjects.companies[0] ?? ""}`,
        "/time",
        "/invoices",
        "/settings",
      ],
      round.isQuick ? 2 : 5,
    ),
  );

export interface Results {
  start: StartResult;
  desk: DeskResult;
  saturation: DeskResult;
  bare: BareResult[];
  growth: GrowthResult[];
  run: RunResult;
  still: StillResult[];
  paint: Paint[];
}

export const parts: { [Name in PartName]: (round: Round) => Promise<Results[Name]> } = {
  start,
  desk,
  saturation,
  bare,
  growth,
  run,
  still,
  paint,
};
