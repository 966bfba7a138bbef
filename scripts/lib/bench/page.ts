/** `docs/benchmarks.md`: the figures of both editions, and how they were got. */
import type { Machine } from "./machine.ts";
import { postgresSettings, type Written } from "./data.ts";
import { bareTurns, bareWarmUpSeconds, secondsOfTurn } from "./parts/bare.ts";
import { pause, people } from "./parts/desk.ts";
import { type PartName, partNames, type Results } from "./parts.ts";
import { drawPart, shown } from "./report.ts";

/** A part that was measured, and when. */
export type Kept = { [Name in PartName]?: { at: string; result: Results[Name] } };

/** What was measured of an edition, so far as it was. */
export interface Measurements {
  database: string;
  /** The large data set, when the generator wrote it. */
  written?: Written;
  parts: Kept;
}

/** How a part was measured, under its heading. */
const explanations: Record<PartName, string> = {
  start: `From starting the process to the first page that it answers (\`/sign-in\`), the middle of five starts over the large
data set; memory is resident memory ten seconds later.`,
  desk: `${people} people who are signed in, each in a session of their own: everybody asks for something, waits for the whole answer,
looks at it for ${pause[0]} to ${pause[1]} seconds, and goes on. What they ask for is drawn from the mix of a busy desk (\`scripts/lib/bench/operations.ts\`);
records are drawn from those touched last and from the oldest. 40 seconds after a minute that does not count: in that, what runs often is translated.`,
  saturation: `The same ${people} people without any pause, all of them the same kind of request, 5 seconds each after 2 that do not count. What one
waits here is mostly the queue of the other ${people - 1}: requests a second are the figure.`,
  bare: `One page again and again by ${people} people without a pause; and beside it, in the same run, a server that runs the SQL which
that page sent to the database and renders the templates which it rendered, with the model that it rendered, and does nothing
else: no session, no rights, no forms, no models, and nothing of what the page had from memory. ${bareTurns} turns of ${secondsOfTurn} seconds each, one after the other, after ${bareWarmUpSeconds} seconds of each,
in which Bun translates what runs often: at first that takes a quarter of the time.`,
  growth: `Lists over the medium data set (10,000 tickets) and over the large one (100,000; the same 500 companies), asked for by one person
alone: both servers run, and are asked in turns, one request here and one there. Milliseconds of the middle request.`,
  run: `Drafts of the present month for 500 contracts by one request of the API (the demo's contracts, and as many more with one line
as there lack), ten in a unit of work (decision 0036).`,
  still: `What takes long, while a second process asks \`/livez\` every two milliseconds: the longest time until an answer that costs nothing.
It holds the loop's standstill, and whatever else the two cores did meanwhile.`,
  paint:
    "The pages that a day is spent on, opened in Chromium by one person over the large data set, nothing cached: when the browser first shows something of the page, and what the first load weighs.",
};

export function pageOf(machine: Machine, editions: readonly Measurements[]): string {
  const settings = Object.entries(postgresSettings).map(([name, value]) => `${name} = ${value}`);
  const head = `# Benchmarks

Written by \`scripts/bench --write\`, and by nobody else: what the figures led to stands in [performance.md](performance.md). Measured with the compiled executables by a second process on the same machine, so the
server, the database and whoever asks share its cores.

| machine |  |
| --- | --- |
| processor | ${machine.cpu}, ${machine.cores} cores |
| speed | SHA-256 ${Math.round(machine.speed.hashedMbPerSecond)} MB/s a core; ${machine.speed.microsecondsPerNewPage.toFixed(1)} µs for a page of new memory |
| memory | ${machine.memoryGb} GB |
| kernel | Linux ${machine.kernel} |
| Bun | ${machine.bun} |
| PostgreSQL | ${editions.map(({ database }) => database).find((name) => name.startsWith("Postgre")) ?? "not measured"}, ${settings.join(", ")}, else as it comes (durable) |
| Purser | ${machine.commit} |

The data are those of \`purser demo --size large\`: 500 companies, 5,000 contacts, 100,000 tickets, 305,000 notes, 299,000 time entries,
9,800 invoices with 157,000 lines; and of \`--size medium\`: the same companies and contacts with 10,000 tickets.
${editions.map(writtenOf).join("")}`;
  const bodies = partNames.map((name) => {
    const tables = editions.flatMap(({ database, parts }) => {
      const drawn = drawPart(name, parts);
      return drawn === null
        ? []
        : [`**${database}**, ${(parts[name]?.at ?? "").slice(0, 16).replace("T", " ")} UTC\n\n${drawn}`];
    });
    return `## ${shown[name].title}\n\n${explanations[name]}\n\n${tables.length === 0 ? "Not measured." : tables.join("\n\n")}`;
  });
  return `${[head, ...bodies].join("\n")}\n`;
}

function writtenOf({ database, written }: Measurements): string {
  if (written === undefined || written.seconds === 0) return "";
  const { rows, seconds } = written;
  const each = Math.round(rows / seconds).toLocaleString("en-US");
  return `On ${database} the generator wrote the large set, ${rows.toLocaleString("en-US")} rows, in ${Math.round(seconds)} seconds: ${each} rows a second.\n`;
}
