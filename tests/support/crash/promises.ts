import type { Deed, DeedKind, Ledger } from "./ledger.ts";
import type { Rows } from "./rows.ts";

/** Whether the database holds what the clients were promised: each acknowledged deed once, and none of the others by half. */

/** Where a marker stands, by the kind of deed. */
const places: Partial<Record<DeedKind, { table: string; column: string }>> = {
  ticket: { table: "tickets", column: "title" },
  note: { table: "ticket_notes", column: "content" },
  time: { table: "time_entries", column: "notes" },
  file: { table: "ticket_attachments", column: "file_name" },
  invoice: { table: "invoices", column: "po_number" },
  check: { table: "payments", column: "reference_number" },
};

/** What was promised and is not so, in words. */
export async function brokenPromises(ledger: Ledger, rows: Rows): Promise<string[]> {
  const broken: string[] = [];
  for (const [kind, { table, column }] of Object.entries(places)) {
    const found = new Map<string, string[]>();
    for (const row of await rows.all(`select id, ${column} as marker from ${table}`)) {
      const marker = markerIn(String(row["marker"]));
      if (marker !== null) found.set(marker, [...(found.get(marker) ?? []), String(row["id"])]);
    }
    for (const deed of ledger.deeds.filter((one) => one.kind === kind)) broken.push(...oneOf(deed, found));
  }
  broken.push(...(await replies(ledger, rows)), ...(await steps(ledger, rows)));
  return broken;
}

/** Deeds from `first` on that were carried out although nobody has been told so: what an orderly stop must never leave. */
export async function doneUnanswered(ledger: Ledger, first: number, rows: Rows): Promise<string[]> {
  const found: string[] = [];
  for (const deed of ledger.deeds.slice(first).filter(({ state }) => state === "open")) {
    const place = places[deed.kind];
    if (place === undefined) continue;
    const count = await rows.number(
      `select count(*) from ${place.table} where ${place.column} like '%${deed.marker}' or ${place.column} like '%${deed.marker}.%' or ${place.column} like '%${deed.marker}<%'`,
    );
    if (count > 0) found.push(`${deed.kind} ${deed.marker} was done and nobody was told`);
  }
  return found;
}

/** Markers are made to be found in whatever a column makes of a text. */
export function markerIn(text: string): string | null {
  return /crash-[a-z_]+-\d+-\d+/.exec(text)?.[0] ?? null;
}

function oneOf(deed: Deed, found: Map<string, string[]>): string[] {
  const ids = found.get(deed.marker) ?? [];
  const what = `${deed.kind} ${deed.marker} (${deed.state}, ${deed.attempts} attempts)`;
  if (ids.length > 1) return [`${what} is there ${ids.length} times`];
  if ((deed.state === "done" || deed.state === "lost") && ids.length === 0) return [`${what} is not there`];
  if (deed.state === "done" && deed.id !== null && ids[0] !== deed.id)
    return [`${what} is another record than acknowledged`];
  if (deed.state === "refused" && ids.length > 0) return [`${what} is there though it was refused`];
  return [];
}

/** A reply with time is a note and a time entry: both or neither. */
async function replies(ledger: Ledger, rows: Rows): Promise<string[]> {
  const count = async (table: string, column: string): Promise<Map<string, number>> => {
    const found = new Map<string, number>();
    for (const row of await rows.all(
      `select ${column} as marker from ${table} where ${column} like '%crash-reply-%'`,
    )) {
      const marker = markerIn(String(row["marker"])) ?? "";
      found.set(marker, (found.get(marker) ?? 0) + 1);
    }
    return found;
  };
  const [notes, entries] = [await count("ticket_notes", "content"), await count("time_entries", "notes")];
  return ledger.deeds
    .filter(({ kind }) => kind === "reply")
    .flatMap(({ marker, state }) => {
      const both = [notes.get(marker) ?? 0, entries.get(marker) ?? 0];
      const isWhole = both[0] === both[1] && (both[0] ?? 0) <= 1;
      const isThere = both[0] === 1;
      if (isWhole && (state !== "done" || isThere) && (state !== "refused" || !isThere)) return [];
      return [`the reply ${marker} (${state}) has ${both[0]} notes and ${both[1]} time entries`];
    });
}

/** Steps of an invoice that were acknowledged show on it, and a run of a month that was has left an invoice for each contract. */
async function steps(ledger: Ledger, rows: Rows): Promise<string[]> {
  const broken: string[] = [];
  const invoices = new Map(
    (await rows.all("select id, status, sent_at from invoices")).map((row) => [String(row["id"]), row]),
  );
  const done = (kind: DeedKind): Deed[] => ledger.deeds.filter((deed) => deed.kind === kind && deed.state === "done");
  for (const deed of [...done("time_invoice"), ...done("approve"), ...done("send")]) {
    const row = invoices.get(deed.id ?? "");
    if (row === undefined) broken.push(`${deed.kind}: the invoice ${deed.id} is not there`);
    else if (deed.kind === "approve" && row["status"] === "draft")
      broken.push(`the invoice ${deed.id} is a draft again`);
    else if (deed.kind === "send" && row["sent_at"] === null) broken.push(`the invoice ${deed.id} was not sent`);
  }
  const contracts = await rows.number("select count(*) from contracts where status = 'active'");
  for (const { marker } of done("batch")) {
    const start = `${/\d{4}-\d{2}$/.exec(marker)?.[0]}-01`;
    const made = await rows.number(
      `select count(distinct contract_id) from invoices where status <> 'void' and cast(period_start as text) = '${start}'`,
    );
    if (made !== contracts) broken.push(`the run of ${start} has made ${made} of ${contracts} invoices`);
  }
  return broken;
}
