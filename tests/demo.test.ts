import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type SignIn, writeDemo } from "../src/demo/index.ts";
import { approveInvoice, createInvoice, generateFromContract } from "../src/modules/billing/index.ts";
import { hoursLeft } from "../src/modules/contracts/index.ts";
import { openTicket } from "../src/modules/tickets/index.ts";
import { perform } from "../src/platform/action.ts";
import { type Ctx, inUnit, reading, systemContext } from "../src/platform/context.ts";
import { indexRow, searchIds } from "../src/platform/database/search.ts";
import type { Db } from "../src/platform/database/tables.ts";
import { minutesOf } from "../src/platform/decimal.ts";
import { loadTenant } from "../src/platform/tenants.ts";
import { startTestProgram, testNow, type TestProgram } from "./support/program.ts";

const password = "brass-lantern-tide-41";

interface World {
  t: TestProgram;
  ctx: Ctx;
  signIns: SignIn[];
}

/** A program at its first start, with the small demo in it. */
async function withDemo(seed: number): Promise<World> {
  const t = await startTestProgram({ isSetUp: false });
  const { id } = t.harbor;
  const { sign_ins: signIns } = await writeDemo(t.app, id, { size: "small", seed, password });
  const tenant = await t.app.database.read(id, (db) => loadTenant(t.app, db, id));
  return { t, ctx: systemContext(t.app, tenant), signIns };
}

let world: World;
beforeAll(async () => {
  world = await withDemo(1);
});
afterAll(() => world.t.close());

const read = <T>(work: (db: Db) => Promise<T>): Promise<T> => reading(world.ctx, ({ db }) => work(db));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const near = (count: number, wanted: number): void => {
  expect(count).toBeGreaterThan(wanted * 0.85);
  expect(count).toBeLessThan(wanted * 1.15);
};

describe("the demo", () => {
  test("is a small provider's year, up to today", async () => {
    const tickets = await read((db) => db.selectFrom("tickets").select("created_at").orderBy("created_at").execute());
    const notes = await read((db) => db.selectFrom("ticket_notes").select("created_at").execute());
    const time = await read((db) => db.selectFrom("time_entries").select(["date", "start_time"]).execute());
    const invoices = await read((db) => db.selectFrom("invoices").select(["status", "due_date"]).execute());
    expect(await read((db) => db.selectFrom("companies").select("id").execute())).toHaveLength(25);
    expect(await read((db) => db.selectFrom("contacts").select("id").execute())).toHaveLength(120);
    expect(tickets).toHaveLength(600);
    near(notes.length, 1_800);
    near(time.length, 1_500);
    near(invoices.length, 75);
    expect(tickets[0]?.created_at.slice(0, 7)).toBe("2025-11");
    expect([...tickets, ...notes].every((row) => row.created_at <= testNow)).toBe(true);
    expect(time.every((row) => row.date <= testNow.slice(0, 10))).toBe(true);
    expect(tickets.filter((row) => row.created_at >= "2026-11-01").length).toBeGreaterThan(20);
    const statuses = new Set(invoices.map((row) => row.status));
    expect([..."draft paid sent".split(" ")].every((status) => statuses.has(status as "draft"))).toBe(true);
    expect(invoices.some((row) => row.status === "sent" && row.due_date < testNow.slice(0, 10))).toBe(true);
  });

  test("has people who can sign in, each by the own door", async () => {
    const { t, signIns } = world;
    expect(signIns.map((one) => one.role)).toEqual(["administrator", "technician", "finance", "portal"]);
    for (const { url, email, password: given } of signIns) {
      const visitor = t.browser();
      const path = new URL(url).pathname;
      await visitor.open(path);
      expect(await visitor.submit(path, { email, password: given })).toMatchObject({
        status: 200,
        url: path.replace("/sign-in", "") || "/",
      });
    }
  });

  test("sends nothing, raises no event, and leaves one entry in the audit log for all its rows", async () => {
    expect(await read((db) => db.selectFrom("mails").select("id").execute())).toEqual([]);
    expect(await read((db) => db.selectFrom("events").select("id").execute())).toEqual([]);
    const written = await read((db) =>
      db.selectFrom("audit_log").select("new_values").where("entity_type", "=", "demo_data").execute(),
    );
    expect(written).toMatchObject([{ new_values: { size: "small", seed: 1 } }]);
  });

  test("stays in its organization", async () => {
    const { t } = world;
    const others = await t.app.database.read(t.mill.id, (db) => db.selectFrom("companies").select("id").execute());
    expect(others).toEqual([]);
  });

  test("is refused where there are companies, and then changes nothing", async () => {
    const { t } = world;
    const again = writeDemo(t.app, t.harbor.id, { size: "small", seed: 2, password });
    await expect(again).rejects.toThrow("this organization has companies already");
    expect(await read((db) => db.selectFrom("companies").select("id").execute())).toHaveLength(25);
  });
});

describe("tickets of the demo", () => {
  test("belong together with all that hangs on them", async () => {
    const tickets = await read((db) =>
      db
        .selectFrom("tickets")
        .innerJoin("ticket_statuses", "ticket_statuses.id", "tickets.status_id")
        .leftJoin("contacts", "contacts.id", "tickets.contact_id")
        .leftJoin("contracts", "contracts.id", "tickets.contract_id")
        .select([
          "tickets.ticket_number",
          "tickets.company_id",
          "tickets.closed_at",
          "ticket_statuses.is_closed",
          "contacts.company_id as contact_company",
          "contracts.company_id as contract_company",
        ])
        .orderBy("tickets.created_at")
        .execute(),
    );
    expect(tickets.map((row) => row.ticket_number)).toEqual(
      Array.from({ length: 600 }, (_, index) => String(1001 + index)),
    );
    expect(tickets.filter((row) => row.contact_company !== row.company_id)).toEqual([]);
    expect(tickets.filter((row) => row.contract_company !== null && row.contract_company !== row.company_id)).toEqual(
      [],
    );
    expect(tickets.filter((row) => (row.closed_at !== null) !== row.is_closed)).toEqual([]);
    expect(tickets.filter((row) => !row.is_closed).length).toBeGreaterThan(5);
    const time = await read((db) =>
      db
        .selectFrom("time_entries")
        .innerJoin("tickets", "tickets.id", "time_entries.ticket_id")
        .select(["time_entries.company_id", "tickets.company_id as other"])
        .execute(),
    );
    expect(time.filter((row) => row.company_id !== row.other)).toEqual([]);
  });

  test("are told from both sides: clients write publicly, and never what is internal", async () => {
    const notes = await read((db) =>
      db
        .selectFrom("ticket_notes")
        .innerJoin("users", "users.id", "ticket_notes.created_by_id")
        .select(["user_type", "note_type", "content"])
        .execute(),
    );
    expect(new Set(notes.filter((row) => row.user_type === "portal").map((row) => row.note_type))).toEqual(
      new Set(["public"]),
    );
    expect(new Set(notes.map((row) => row.note_type))).toEqual(new Set(["internal", "public", "resolution"]));
    expect(notes.filter((row) => /[{}]/.test(row.content))).toEqual([]);
    expect(new Set(notes.map((row) => row.content)).size).toBeGreaterThan(800);
  });

  test("are found by words of their notes, as if they had been written one by one", async () => {
    const ticket = await read((db) =>
      db
        .selectFrom("tickets")
        .selectAll()
        .where("closed_at", "is not", null)
        .orderBy("created_at", "desc")
        .limit(1)
        .executeTakeFirstOrThrow(),
    );
    const document = () =>
      read((db) =>
        db
          .selectFrom("search_documents")
          .select(["title", "body"])
          .where("entity_id", "=", ticket.id)
          .executeTakeFirstOrThrow(),
      );
    const bulk = await document();
    await inUnit(world.ctx, (work) => indexRow(work, "tickets", ticket));
    expect(await document()).toEqual(bulk);
    expect(await reading(world.ctx, (ctx) => searchIds(ctx, "tickets", ticket.ticket_number, 5))).toContain(ticket.id);
  });

  test("are counted on by the next one", async () => {
    const { id } = await read((db) =>
      db.selectFrom("companies").select("id").where("status", "=", "active").limit(1).executeTakeFirstOrThrow(),
    );
    const ticket = await perform(world.ctx, openTicket, { title: "The next one", company_id: id });
    expect(ticket.ticket_number).toBe("1601");
  });
});

describe("invoices of the demo", () => {
  test("add up: lines and tax, payments and balance", async () => {
    const invoices = await read((db) => db.selectFrom("invoices").selectAll().execute());
    const lines = Map.groupBy(
      await read((db) => db.selectFrom("invoice_lines").selectAll().execute()),
      (line) => line.invoice_id,
    );
    const payments = Map.groupBy(
      await read((db) => db.selectFrom("payments").selectAll().execute()),
      (payment) => payment.invoice_id,
    );
    for (const invoice of invoices) {
      const paid = sum((payments.get(invoice.id) ?? []).map((payment) => payment.amount));
      const [total, balance] = [
        invoice.subtotal + invoice.tax_amount,
        invoice.status === "void" ? 0 : invoice.total - paid,
      ];
      expect(invoice.subtotal).toBe(sum((lines.get(invoice.id) ?? []).map((line) => line.total)));
      expect(invoice).toMatchObject({ total, amount_paid: paid, balance_due: balance });
      if (invoice.status === "paid") expect(paid).toBe(total);
      if (invoice.status === "draft") expect(invoice.invoice_number).toBeNull();
    }
    const tooEarly = [...payments.values()].flat().filter((payment) => payment.payment_date > testNow.slice(0, 10));
    expect(tooEarly).toEqual([]);
  });

  test("share their amounts out among the time that they bill, each entry once", async () => {
    const entries = await read((db) =>
      db
        .selectFrom("time_entries")
        .leftJoin("billed_time_entries", "billed_time_entries.time_entry_id", "time_entries.id")
        .selectAll("time_entries")
        .select("billed_time_entries.invoice_id as claimed_by")
        .execute(),
    );
    const lines = await read((db) =>
      db
        .selectFrom("invoice_lines")
        .innerJoin("invoices", "invoices.id", "invoice_lines.invoice_id")
        .select(["invoice_id", "invoice_lines.total"])
        .where("line_type", "=", "time_entry")
        .where("status", "<>", "draft")
        .execute(),
    );
    const billed = entries.filter((entry) => entry.billing_status === "billed");
    expect(billed.filter((entry) => entry.invoice_id !== entry.claimed_by)).toEqual([]);
    expect(sum(billed.map((entry) => entry.total_amount ?? 0))).toBe(sum(lines.map((line) => line.total)));
    expect(entries.some((entry) => entry.is_billable && entry.claimed_by === null)).toBe(true);
  });

  test("are numbered without gaps in the order of their dates", async () => {
    const numbered = await read((db) =>
      db
        .selectFrom("invoices")
        .select(["invoice_number", "invoice_date"])
        .where("invoice_number", "is not", null)
        .orderBy("invoice_number")
        .execute(),
    );
    expect(numbered.map((row) => row.invoice_number)).toEqual(
      numbered.map((_, index) => `INV-${String(index + 1).padStart(6, "0")}`),
    );
    expect(numbered.map((row) => row.invoice_date)).toEqual(numbered.map((row) => row.invoice_date).toSorted());
    const company = await read((db) =>
      db.selectFrom("companies").select("id").where("status", "=", "active").limit(1).executeTakeFirstOrThrow(),
    );
    const draft = await perform(world.ctx, createInvoice, {
      company_id: company.id,
      lines: [{ description: "One more", unit_price: "10" }],
    });
    const approved = await perform(world.ctx, approveInvoice, { id: draft.id });
    expect(approved.invoice_number).toBe(`INV-${String(numbered.length + 1).padStart(6, "0")}`);
  });

  test("are what the program makes of the same work", async () => {
    const drafts = await read((db) =>
      db
        .selectFrom("invoices")
        .selectAll()
        .where("status", "=", "draft")
        .where("contract_id", "is not", null)
        .execute(),
    );
    expect(drafts.length).toBeGreaterThan(0);
    for (const { id, contract_id, period_start, total } of drafts) {
      await inUnit(world.ctx, async ({ db }) => {
        const ofDraft = db.selectFrom("invoice_lines").select("id").where("invoice_id", "=", id);
        await db.deleteFrom("billed_time_entries").where("invoice_id", "=", id).execute();
        await db.deleteFrom("invoice_line_time_entries").where("invoice_line_id", "in", ofDraft).execute();
        await db.deleteFrom("invoice_lines").where("invoice_id", "=", id).execute();
        await db.deleteFrom("invoices").where("id", "=", id).execute();
      });
      expect(await perform(world.ctx, generateFromContract, { contract_id, period_start })).toMatchObject({ total });
    }
  });
});

test("prepaid hours of the demo are what was drawn from them", async () => {
  const balances = await read((db) => db.selectFrom("contract_hour_balances").selectAll().execute());
  expect(balances.length).toBeGreaterThan(50);
  for (const { hours_included, hours_used, hours_remaining } of balances) {
    expect(minutesOf(hours_remaining)).toBe(minutesOf(hours_included) - minutesOf(hours_used));
    expect(minutesOf(hours_remaining)).toBeGreaterThanOrEqual(0);
  }
  const contract = await read((db) =>
    db
      .selectFrom("contracts")
      .select("id")
      .where("contract_type", "=", "block_hours")
      .where("status", "=", "active")
      .limit(1)
      .executeTakeFirstOrThrow(),
  );
  const hours = await reading(world.ctx, (ctx) => hoursLeft(ctx, contract.id));
  expect(hours.total_minutes).toBeGreaterThan(0);
});

test("the same seed makes the same demo, another one another", async () => {
  const told = async ({ ctx, t }: World): Promise<string> => {
    const titles = await reading(ctx, ({ db }) =>
      db
        .selectFrom("tickets")
        .select(["title", "created_at"])
        .where("ticket_number", "<=", "1600")
        .orderBy("ticket_number")
        .execute(),
    );
    const amounts = await reading(ctx, ({ db }) =>
      db
        .selectFrom("invoices")
        .select(["invoice_number", "total", "amount_paid"])
        .where("amount_paid", ">", 0)
        .orderBy("invoice_number")
        .execute(),
    );
    if (t !== world.t) await t.close();
    return JSON.stringify([titles, amounts]);
  };
  const first = await told(world);
  expect(await told(await withDemo(1))).toBe(first);
  expect(await told(await withDemo(2))).not.toBe(first);
}, 30_000);
