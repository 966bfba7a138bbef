/** The figures as tables: Markdown, which a terminal shows just as well. */
import type { Paint } from "./paint.ts";
import type { BareResult } from "./parts/bare.ts";
import type { DeskResult } from "./parts/desk.ts";
import type { GrowthResult } from "./parts/growth.ts";
import type { Waits } from "./parts/round.ts";
import type { RunResult } from "./parts/run.ts";
import type { StartResult } from "./parts/start.ts";
import type { StillResult } from "./parts/still.ts";
import type { Results } from "./parts.ts";

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const number = (value: number): string => (value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** What is aimed at, and whether it was reached. */
function held(isHeld: boolean): string {
  return isHeld ? "yes" : "**no**";
}

const waitHeads = ["", "requests/s", "p50 ms", "p95 ms", "p99 ms", "errors"];
const waitRow = (name: string, waits: Waits): string[] => [
  name,
  number(waits.perSecond),
  ms(waits.p50),
  ms(waits.p95),
  ms(waits.p99),
  String(waits.errors),
];

const operationTable = ({ operations, peakMemory }: DeskResult): string =>
  `${table(
    waitHeads,
    Object.entries(operations).map(([name, waits]) => waitRow(name, waits)),
  )}\n\nPeak memory: ${number(peakMemory)} MB.`;

/** Within how many milliseconds nearly everybody at a desk is to be answered. */
const aims: Readonly<Record<string, number>> = { "ticket list": 100, "ticket page": 100, "global search": 100 };

const deskTable = ({ operations, peakMemory }: DeskResult): string =>
  `${table(
    [...waitHeads, "p95 aim", "held"],
    Object.entries(operations).map(([name, waits]) => {
      const aim = aims[name];
      return [...waitRow(name, waits), ...(aim === undefined ? ["", ""] : [`${aim} ms`, held(waits.p95 <= aim)])];
    }),
  )}\n\nPeak memory: ${number(peakMemory)} MB.`;

const startTable = ({ firstAnswers, idleMemory, binaryMegabytes }: StartResult): string =>
  table(
    ["", "measured", "aim", "held"],
    [
      ["start to first answer", `${ms(median(firstAnswers))} ms`, "400 ms", held(median(firstAnswers) <= 400)],
      ["memory, idle", `${number(idleMemory)} MB`, "150 MB", held(idleMemory <= 150)],
      ["executable", `${number(binaryMegabytes)} MB`, "150 MB", held(binaryMegabytes <= 150)],
    ],
  );

const bareTable = (results: readonly BareResult[]): string =>
  table(
    ["", "statements", "kB", "bare limit/s", "page/s", "share", "half or more"],
    results.map(({ name, statements, bytes, bare, whole }) => [
      name,
      String(statements),
      number(bytes / 1000),
      number(bare.perSecond),
      number(whole.perSecond),
      `${Math.round((100 * whole.perSecond) / bare.perSecond)} %`,
      held(whole.perSecond >= bare.perSecond / 2),
    ]),
  );

const growthTable = (results: readonly GrowthResult[]): string =>
  table(
    ["", "10,000: ms", "100,000: ms", "growth", "20 % at most"],
    results.map(({ path, medium, large }) => [
      `\`${path}\``,
      ms(medium),
      ms(large),
      `${Math.round(100 * (large / medium - 1))} %`,
      held(large <= medium * 1.2),
    ]),
  );

const runTable = ({ contracts, invoices, failed, seconds, still }: RunResult): string =>
  table(
    ["", "drafts", "failed", "seconds", "aim", "held", "longest still, ms"],
    [
      [
        `invoice run, ${contracts} contracts`,
        String(invoices),
        String(failed),
        seconds.toFixed(1),
        "5 s",
        held(seconds <= 5),
        ms(still.longest),
      ],
    ],
  );

const stillTable = (results: readonly StillResult[]): string =>
  table(
    ["beside", "took s", "longest still, ms", "99.9 % within, ms", "50 ms at most"],
    results.map(({ name, seconds, still }) => [
      name,
      seconds.toFixed(1),
      ms(still.longest),
      ms(still.nearlyAlways),
      held(still.longest <= 50),
    ]),
  );

/** A part's table, or null when it has not been measured. */
export function drawPart<Name extends keyof Results>(
  name: Name,
  parts: { [Each in keyof Results]?: { result: Results[Each] } },
): string | null {
  const measured: { result: Results[Name] } | undefined = parts[name];
  return measured === undefined ? null : shown[name].draw(measured.result);
}

const paintTable = (results: readonly Paint[]): string =>
  table(
    ["", "first paint, ms", "slowest", "kB", "1 s at most", "300 kB at most"],
    results.map(({ path, paints, bytes }) => [
      `\`${path.replaceAll(/[0-9a-f-]{36}/g, ":id")}\``,
      ms(median(paints)),
      ms(Math.max(...paints)),
      number(bytes / 1000),
      held(Math.max(...paints) <= 1000),
      held(bytes <= 300_000),
    ]),
  );

/** Each part's table under a heading. */
export const shown: { [Name in keyof Results]: { title: string; draw(result: Results[Name]): string } } = {
  start: { title: "Start, memory, size", draw: startTable },
  desk: { title: "A hundred people at their desks", draw: deskTable },
  saturation: { title: "A hundred people who never pause", draw: operationTable },
  bare: { title: "Against the bare limit", draw: bareTable },
  growth: { title: "Ten times the tickets", draw: growthTable },
  run: { title: "Invoice run", draw: runTable },
  still: { title: "The event loop", draw: stillTable },
  paint: { title: "First contentful paint", draw: paintTable },
};
