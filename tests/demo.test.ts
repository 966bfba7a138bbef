import { sanitizeHtml } from "../src/platform/html.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeDemo } from "../src/demo/index.ts";
import { openTicket } from "../src/modules/tickets/index.ts";
import { perform } from "../src/platform/action.ts";
import { inUnit, reading } from "../src/platform/context.ts";
import { indexRow, searchIds } from "../src/platform/database/search.ts";
import { demoPassword, type DemoWorld, withDemo } from "./support/demo.ts";
import { testNow } from "./support/program.ts";

let world: DemoWorld;
beforeAll(async () => {
  world = await withDemo(1);
});
afterAll(() => world.t.close());

const read: DemoWorld["read"] = (work) => world.read(work);
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
    expect((["draft", "sent", "paid"] as const).every((status) => statuses.has(status))).toBe(true);
    expect(invoices.some((row) => row.status === "sent" && row.due_date < testNow.slice(0, 10))).toBe(true);
  });

  test("has people who can sign in, each by the own door", async () => {
    const { t, signIns } = world;
    expect(signIns.map((one) => one.role)).toEqual([
      "administrator",
      "manager",
      "technician",
      "dispatcher",
      "sales",
      "finance",
      "portal",
    ]);
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

  test("has people who were there before the work they did, with passwords of different days", async () => {
    const people = await read((db) =>
      db.selectFrom("users").select(["id", "user_type", "created_at", "password_changed_at"]).execute(),
    );
    const [first] = await read((db) =>
      db.selectFrom("tickets").select("created_at").orderBy("created_at").limit(1).execute(),
    );
    const staff = people.filter(({ user_type }) => user_type === "staff");
    expect(staff.filter(({ created_at }) => created_at > (first?.created_at ?? ""))).toEqual([]);
    const days = people.map(({ password_changed_at }) => password_changed_at?.slice(0, 10) ?? "");
    expect(new Set(days).size).toBeGreaterThan(people.length / 2);
    const now = world.t.clock.now();
    expect(
      people.filter(({ created_at, password_changed_at: at }) => at === null || at <= created_at || at > now),
    ).toEqual([]);
  });

  test("writes its texts as they are stored when somebody types them", async () => {
    const texts = await read((db) =>
      db.selectFrom("ticket_notes").select("content").where("content", "like", "%vendor%s tool%").execute(),
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const { content } of texts) expect(sanitizeHtml(content)).toBe(content);
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
    const again = writeDemo(t.app, t.harbor.id, { size: "small", seed: 2, password: demoPassword });
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

test("the same seed makes the same demo, another one another", async () => {
  const told = async ({ ctx, t }: DemoWorld): Promise<string> => {
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
}, 180_000);
