import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Installation } from "../installation.ts";
import type { Rows } from "./rows.ts";

/** What holds at every moment, load or not, also right after a kill: rows that agree with each other. */

/** Queries that must find nothing, by what it would mean if they did. */
const nothing: Record<string, string> = {
  "an invoice whose subtotal is not the sum of its lines": `
    select i.id from invoices i
    left join (select invoice_id, sum(total) as lines from invoice_lines where line_type <> 'tax' group by invoice_id) l
      on l.invoice_id = i.id
    where i.subtotal <> coalesce(l.lines, 0)`,
  "an invoice whose total does not add up": `
    select id from invoices where total <> subtotal - discount_amount + tax_amount or balance_due <> total - amount_paid`,
  "an invoice whose paid amount is not the sum of its payments": `
    select i.id from invoices i
    left join (select invoice_id, sum(amount) as paid from payments group by invoice_id) p on p.invoice_id = i.id
    where i.amount_paid <> coalesce(p.paid, 0) and i.amount_paid <> i.total`,
  "an approved invoice without a number, or a draft with one": `
    select id from invoices where (status = 'draft') <> (invoice_number is null)`,
  "a time entry on two live invoices": `
    select t.time_entry_id from invoice_line_time_entries t
    join invoice_lines l on l.id = t.invoice_line_id join invoices i on i.id = l.invoice_id
    where i.status <> 'void' group by t.time_entry_id having count(*) > 1`,
  "a time entry that says billed and stands on no live invoice": `
    select e.id from time_entries e where e.billing_status = 'billed' and not exists (
      select 1 from billed_time_entries b join invoices i on i.id = b.invoice_id
      where b.time_entry_id = e.id and i.status <> 'void')`,
  "two lines that bill the same": `
    select l.billing_key from invoice_lines l join invoices i on i.id = l.invoice_id
    where l.billing_key is not null and i.status <> 'void' group by l.billing_key having count(*) > 1`,
  "a ticket without exactly one event that it was opened": `
    select t.id from tickets t left join (
      select cast(payload as text) as said from events where event_name = 'tickets.opened') e
      on e.said like '%' || t.id || '%'
    group by t.id having count(e.said) <> 1`,
  "an invoice said to be sent more or less often than its mails": `
    select i.id from invoices i
    where (select count(*) from mails m where m.entity_type = 'invoices' and m.entity_id = i.id and m.dedupe_key like 'invoice:%')
      <> (select count(*) from events e where e.event_name = 'billing.invoice_sent' and cast(e.payload as text) like '%' || i.id || '%')`,
  "a delivery of no event": `
    select d.id from event_deliveries d where not exists (select 1 from events e where e.id = d.event_id)`,
  "an event handed twice to the same handler": `
    select event_id from event_deliveries group by event_id, handler having count(*) > 1`,
  "an attachment without its file": `
    select a.id from ticket_attachments a where not exists (select 1 from files f where f.id = a.file_id)`,
  "a file that nothing refers to": `
    select f.id from files f where not exists (select 1 from ticket_attachments a where a.file_id = f.id)
      and not exists (select 1 from mail_attachments m where m.file_id = f.id)`,
  "a paid page without its payment": `
    select id from checkout_sessions where (checkout_status = 'paid') <> (payment_id is not null)`,
  "two payments of one transaction": `
    select gateway_transaction_id from payments where gateway_transaction_id is not null
    group by gateway_transaction_id having count(*) > 1`,
};

const audited = [
  "tickets",
  "ticket_notes",
  "ticket_attachments",
  "time_entries",
  "invoices",
  "invoice_lines",
  "payments",
];
const searched = ["tickets", "invoices", "companies", "contacts"];

/** Everything that does not hold, in words; empty when all is well. */
export async function brokenInvariants(one: Pick<Installation, "dataDir" | "ownerUrl">, rows: Rows): Promise<string[]> {
  const broken: string[] = [];
  const mustBeEmpty = async (what: string, sql: string): Promise<void> => {
    const found = await rows.all(sql);
    if (found.length > 0) broken.push(`${what}: ${found.length}, for instance ${JSON.stringify(found[0])}`);
  };
  if (rows.isSqlite) {
    for (const { integrity_check: said } of await rows.all("pragma integrity_check(5)"))
      if (said !== "ok") broken.push(`the database is damaged: ${said}`);
    await mustBeEmpty("a reference that points nowhere", "pragma foreign_key_check");
    // The search index holds no text of its own: it must fit its documents to the letter.
    await rows
      .all("insert into search_fts (search_fts, rank) values ('integrity-check', 1)")
      .catch((error: unknown) => broken.push(`the search index is damaged: ${String(error)}`));
  }
  for (const [what, sql] of Object.entries(nothing)) await mustBeEmpty(what, sql);
  for (const table of audited) {
    const entry = `select 1 from audit_log a where a.entity_type = '${table}' and a.entity_id = t.id and a.action = 'create'`;
    await mustBeEmpty(
      `one of ${table} without its audit entry`,
      `select t.id from ${table} t where not exists (${entry})`,
    );
    await mustBeEmpty(
      `an audit entry of ${table} that tells of nothing`,
      `select a.id from audit_log a where a.entity_type = '${table}' and a.action = 'create'
        and not exists (select 1 from ${table} t where t.id = a.entity_id)
        and not exists (select 1 from audit_log d where d.entity_id = a.entity_id and d.action = 'delete')`,
    );
    await mustBeEmpty(
      `one of ${table} whose changes are not all in the audit log`,
      `select t.id from ${table} t where t.version - 1 > (
        select count(*) from audit_log a where a.entity_id = t.id and a.action in ('update'))`,
    );
  }
  for (const table of searched) {
    const there = `select 1 from search_documents d where d.entity_type = '${table}' and d.entity_id = t.id`;
    await mustBeEmpty(
      `one of ${table} that search does not know`,
      `select t.id from ${table} t where not exists (${there})`,
    );
    await mustBeEmpty(
      `a hit of ${table} that is not there`,
      `select d.entity_id from search_documents d where d.entity_type = '${table}'
        and not exists (select 1 from ${table} t where t.id = d.entity_id)`,
    );
  }
  for (const gap of await gaps(rows)) broken.push(gap);
  for (const missing of await missingBytes(one.dataDir, rows)) broken.push(`the bytes of ${missing} are not there`);
  return broken;
}

/** Numbers that are promised without a gap, against what they count from. */
async function gaps(rows: Rows): Promise<string[]> {
  const found: string[] = [];
  for (const [table, column, first] of [
    ["tickets", "ticket_number", 1001],
    ["invoices", "invoice_number", 1],
    ["contracts", "contract_number", 1],
  ] as const) {
    const given = await rows.all(`select ${column} as given from ${table} where ${column} is not null`);
    const numbers = given.map((row) => Number(/\d+$/.exec(String(row["given"]))?.[0])).toSorted((a, b) => a - b);
    const at = numbers.findIndex((number, index) => number !== first + index);
    if (at !== -1)
      found.push(`the numbers of ${table} have a gap or a double: ${numbers[at]} in the place of ${first + at}`);
  }
  return found;
}

async function missingBytes(dataDir: string, rows: Rows): Promise<string[]> {
  const files = await rows.all("select tenant_id, sha256 from files");
  return files
    .map(({ tenant_id, sha256 }) =>
      join(dataDir, "files", String(tenant_id), String(sha256).slice(0, 2), String(sha256)),
    )
    .filter((path) => !existsSync(path));
}
