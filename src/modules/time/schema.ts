import { pricesRead } from "../../platform/access/prices.ts";
import { col, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "time.read";

/** Kinds of work, with what they cost when nothing else says so. */
export const workTypes = table(
  "work_types",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    description: defaulted(col.text({ maxLength: 1000 }), ""),
    default_billable: defaulted(col.boolean({ label: "Billable" }), true),
    default_rate: col.maybe.decimal({ label: "Standard rate", readPermission: pricesRead }),
    /** What the standard rate is in: invoices in another currency do not know it. */
    currency: defaulted(col.text({ format: "currency", maxLength: 3 }), "USD"),
    is_active: defaulted(col.boolean({ label: "In use" }), true),
    sort_order: defaulted(col.integer({ label: "Position" }), 0),
  },
  { noun: "work type", isConfiguration: true, readPermission: "staff" },
);

export const timeRoundingRules = table(
  "time_rounding_rules",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    increment_minutes: col.integer(),
    rounding_method: col.enum(["up", "down", "nearest"] as const),
    minimum_minutes: defaulted(col.integer(), 0),
    is_default: defaulted(col.boolean(), false),
  },
  { noun: "rounding rule", readPermission: "staff" },
);

/** The billing states of work that no invoice has yet. */
export const unbilled = ["not_billed", "ready_to_bill"] as const;

/** Work that was done (PRD 3.5.2). `duration_minutes` is what counts, rounded; `worked_minutes` what the clock said. */
export const timeEntries = table(
  "time_entries",
  {
    ...record,
    user_id: col.ref("users", { label: "Technician" }),
    date: col.date(),
    start_time: col.maybe.time(),
    end_time: col.maybe.time(),
    duration_minutes: col.integer({ label: "Minutes" }),
    worked_minutes: readOnly(defaulted(col.integer(), 0)),
    work_type_id: col.ref("work_types", { label: "Work type" }),
    ticket_id: col.maybe.ref("tickets", { label: "Ticket" }),
    note_id: readOnly(col.maybe.ref("ticket_notes")),
    project_id: readOnly(col.maybe.id()),
    task_id: readOnly(col.maybe.id()),
    company_id: col.ref("companies", { label: "Company" }),
    contract_id: col.maybe.ref("contracts", { label: "Contract" }),
    /** Written for the invoice's reader. */
    notes: defaulted(col.text({ maxLength: 5000 }), ""),
    internal_notes: defaulted(col.text({ maxLength: 5000 }), ""),
    is_billable: defaulted(col.boolean({ label: "Billable" }), true),
    billing_status: readOnly(defaulted(col.enum([...unbilled, "billed"] as const), "not_billed" as const)),
    invoice_id: readOnly(col.maybe.ref("invoices")),
    hourly_rate: col.maybe.decimal({ label: "Hourly rate", readPermission: pricesRead }),
    total_amount: readOnly(col.maybe.money({ readPermission: pricesRead })),
    /** What rate and amount are in. */
    currency: defaulted(col.text({ format: "currency", maxLength: 3 }), "USD"),
    approval_status: readOnly(defaulted(col.enum(["pending", "approved", "rejected"] as const), "pending" as const)),
    approved_by_id: readOnly(col.maybe.ref("users")),
    approved_at: readOnly(col.maybe.instant()),
  },
  { noun: "time entry", readPermission },
);

/** The clock that runs for a person; at most one. */
export const timers = table(
  "timers",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    ticket_id: col.maybe.ref("tickets"),
    work_type_id: col.maybe.ref("work_types"),
    started_at: readOnly(col.instant()),
    notes: defaulted(col.text({ maxLength: 5000 }), ""),
  },
  { isAudited: false, readPermission: "staff" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    work_types: TableType<typeof workTypes>;
    time_rounding_rules: TableType<typeof timeRoundingRules>;
    time_entries: TableType<typeof timeEntries>;
    timers: TableType<typeof timers>;
  }
}
