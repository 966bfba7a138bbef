import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { plus } from "../../platform/clock.ts";
import { find } from "../../platform/access/reach.ts";
import { insert } from "../../platform/database/records.ts";
import { archiveCompany, createCompany } from "../companies/actions.ts";
import { openTicket, updateTicket, type TicketRow } from "../tickets/index.ts";
import { carryOut } from "./run.ts";
import { bulkRuns } from "./schema.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Ctx;
let client: Client;
let headers: Headers;
let finance: Headers;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
  headers = await browserHeaders(t, technician);
  finance = await browserHeaders(t, await t.harbor.as("finance"));
});
afterAll(() => t.close());

const open = (title: string): Promise<TicketRow> =>
  perform(technician, openTicket, { title, company_id: client.company_id });
const ticket = (id: string): Promise<TicketRow> =>
  reading(t.harbor.system, (ctx) => find(ctx, "tickets", id)) as Promise<TicketRow>;
const post = (path: string, fields: Record<string, string>, who = headers): Promise<Response> =>
  t.fetch(path, { method: "POST", headers: who, body: new URLSearchParams(fields) });
const text = async (path: string, who = headers): Promise<string> =>
  (await (await t.fetch(path, { headers: who })).text()).replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

async function report(answer: Response): Promise<string> {
  expect(answer.status).toBe(303);
  return text(answer.headers.get("location") ?? "");
}

const idsOf = (rows: { id: string }[]): string => rows.map(({ id }) => id).join();

describe("doing something with many records", () => {
  test("asks first, and says with how many", async () => {
    const rows = [await open("One"), await open("Two")];
    const answer = await post("/bulk/ask", { list: "/tickets", do: "assign", ids: idsOf(rows) });
    const html = await answer.text();
    expect(html).toContain("Assign: 2 records");
    expect(html).toContain('name="assigned_to_id"');
  });

  test("runs the same action for each, and reports done and skipped with the reason", async () => {
    const rows = [await open("Three"), await open("Four")];
    await perform(technician, updateTicket, { id: rows[0]?.id, assigned_to_id: technician.actor.user_id });
    const said = await report(
      await post("/bulk/run", {
        list: "/tickets",
        do: "assign",
        ids: idsOf(rows),
        assigned_to_id: technician.actor.user_id ?? "",
      }),
    );
    expect(said).toContain("1 done, 1 skipped, 0 failed");
    // Each number stands once.
    expect(said.match(/\b1\b/g)).toHaveLength(2);
    expect(said).toContain("Nothing to change.");
    expect(said).toContain("Four");
    expect((await ticket(rows[1]?.id ?? "")).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("one that cannot be done does not hold up the others", async () => {
    const rows = [await open("Five"), await open("Six")];
    const said = await report(
      await post("/bulk/run", {
        list: "/tickets",
        do: "assign",
        ids: `${rows[0]?.id ?? ""},01890000-0000-7000-8000-000000000000,${rows[1]?.id ?? ""}`,
        assigned_to_id: technician.actor.user_id ?? "",
      }),
    );
    expect(said).toContain("2 done, 1 skipped, 0 failed");
    expect(said).toContain("This ticket was not found.");
  });

  test("takes all that match, in the list's words", async () => {
    await open("Matching alpha");
    await open("Matching beta");
    const asked = await post("/bulk/ask", { list: "/tickets", do: "tag", all: "yes", back: "/tickets?q=matching" });
    expect(await asked.text()).toContain("Add tags: 2 records");
    const fields = { list: "/tickets", do: "tag", all: "yes", back: "/tickets?q=matching", tags: "Printer, VIP" };
    expect(await report(await post("/bulk/run", fields))).toContain("2 done, 0 skipped, 0 failed");
    expect(await report(await post("/bulk/run", fields))).toContain("0 done, 2 skipped, 0 failed");
    expect(await text("/tickets?tag=vip")).toContain("Matching beta");
  });

  test("closes, and leaves what is closed already", async () => {
    const rows = [await open("Seven")];
    const fields = { list: "/tickets", do: "close", ids: idsOf(rows) };
    expect(await report(await post("/bulk/run", fields))).toContain("1 done, 0 skipped");
    expect((await ticket(rows[0]?.id ?? "")).closed_at).not.toBeNull();
    expect(await report(await post("/bulk/run", fields))).toContain("0 done, 1 skipped");
  });

  test("says what is missing before anything is done", async () => {
    const rows = [await open("Eight")];
    const answer = await post("/bulk/run", { list: "/tickets", do: "status", ids: idsOf(rows) });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Status is required.");
    expect((await post("/bulk/run", { list: "/tickets", do: "close", ids: "" })).status).toBe(422);
  });

  test("is offered to those only who may do it one by one", async () => {
    const rows = [await open("Nine")];
    expect((await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) }, finance)).status).toBe(404);
    expect(await text("/tickets", finance)).not.toContain("Do with the chosen");
    expect((await (await t.fetch("/tickets", { headers: finance })).text()).includes("bulk-form")).toBe(false);
    expect((await ticket(rows[0]?.id ?? "")).closed_at).toBeNull();
  });

  test("is read afterwards by whoever did it, and nobody else", async () => {
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf([await open("Ten")]) });
    const path = answer.headers.get("location") ?? "";
    expect((await t.fetch(path, { headers })).status).toBe(200);
    expect((await t.fetch(path, { headers: finance })).status).toBe(404);
  });
});

/** The background's round, which goes on with what is unfinished. */
async function goOn(isStopping: () => boolean = () => false): Promise<void> {
  const round = t.app.registry.rounds.find(({ name }) => name === "bulk.go_on");
  if (round === undefined) throw new Error("no round");
  await round.run(t.app, isStopping);
}

describe("more than 200 records", () => {
  test("go on by themselves, stop with the program, and then go on where they were", async () => {
    const rows: TicketRow[] = [];
    for (let number = 0; number < 201; number += 1) rows.push(await open(`Many ${number}`));
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    const path = answer.headers.get("location") ?? "";
    expect(await text(path)).toContain("0 of 201");
    let asked = 0;
    await goOn(() => (asked += 1) > 70);
    expect(await text(path)).toMatch(/\b[1-9]\d of 201/);
    t.clock.advance(60_000);
    await goOn();
    expect(await text(path)).toContain("201 done, 0 skipped, 0 failed");
  });
});

describe("a run that goes on by itself", () => {
  /** A run over records that was begun and left lying, as a crash leaves it. */
  const leftLying = (
    entities: string[],
    given: { title: string; permissions?: string[]; input?: Record<string, unknown>; action?: string },
  ): Promise<string> =>
    inUnit(technician, async (work) => {
      const row = await insert(work, bulkRuns, {
        user_id: technician.actor.user_id ?? "",
        title: given.title,
        action_name: given.action ?? "tickets.update",
        action_input: given.input ?? { title: given.title },
        permissions: given.permissions ?? [...technician.actor.permissions],
        total_count: entities.length,
      });
      const items = entities.map((entity_id, item_number) => ({
        run_id: row.id,
        item_number,
        entity_id,
        label: "",
        outcome: "pending" as const,
        reason: "",
        reverse: null,
      }));
      await work.db.insertInto("bulk_items").values(items).execute();
      return row.id;
    });
  const run = (id: string) => reading(technician, (ctx) => find(ctx, "bulk_runs", id));

  /** What becomes of the one record of a run that was begun with these permissions and left lying. */
  async function takenUp(permissions: string[]): Promise<string> {
    const { id: entity_id } = await open("Left lying");
    const id = await leftLying([entity_id], { title: "Renamed later", permissions });
    await goOn();
    expect((await run(id)).run_state).toBe("finished");
    return (await ticket(entity_id)).title;
  }

  test("does no more than was permitted when it began, whatever its person may do", async () => {
    expect(await takenUp([...technician.actor.permissions])).toBe("Renamed later");
    expect(await takenUp(["tickets.read"])).toBe("Left lying");
  });

  test("does each record once, also where two work on it", async () => {
    const rows = [];
    for (let number = 0; number < 8; number += 1) rows.push(await open(`Both ${number}`));
    const id = await leftLying(
      rows.map((row) => row.id),
      { title: "Renamed by both" },
    );
    const one = { isOver: () => false };
    const given = await run(id);
    await Promise.all([carryOut(technician, given, one), carryOut(technician, given, one)]);
    expect(await run(id)).toMatchObject({ run_state: "finished", done_count: 8, skipped_count: 0, failed_count: 0 });
    for (const row of rows) expect((await ticket(row.id)).version).toBe(row.version + 1);
  });
});

describe("while the database is away", () => {
  /** What the databases and their drivers say in an outage; each is thrown by one unit of work in the middle of a run. */
  const outages = [
    Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" }),
    Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" }),
    Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" }),
    Object.assign(new Error("attempt to write a readonly database"), { code: "SQLITE_READONLY" }),
    Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" }),
    new Error("Connection terminated unexpectedly"),
  ];

  /**
   * From the unit of work after the next `units` on, the database is away for so many: before the commit of the first one or
   * just after it. The answer ends it.
   */
  function goesAway(units: number, error: Error, { when, lasts }: { when: "before" | "after"; lasts: number }) {
    const { write } = t.app.database;
    let count = 0;
    t.app.database.write = async (tenantId, work) => {
      count += 1;
      if (count <= units || count > units + lasts) return write(tenantId, work);
      if (count === units + 1 && when === "after") await write(tenantId, work);
      throw error;
    };
    return () => {
      t.app.database.write = write;
    };
  }

  for (const error of outages)
    for (const when of ["before", "after"] as const)
      test(`a run stops where it was and goes on later, nothing is done twice: ${error.message}, ${when} a commit`, async () => {
        const rows = [];
        for (let number = 0; number < 6; number += 1) rows.push(await open(`Away ${number}`));
        // Back at once: whoever takes the outage for the record's own failure can write that down.
        const isBack = goesAway(5, error, { when, lasts: 1 });
        const tags = `Away ${crypto.randomUUID()}`;
        const answer = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags });
        isBack();
        expect(answer.status).toBe(303);
        const path = answer.headers.get("location") ?? "";
        expect(await text(path)).toMatch(/\b[2-5] of 6/);
        await goOn();
        expect(await text(path)).toContain("6 done, 0 skipped, 0 failed");
      });

  test("a run that nobody waits for stops as well, and what is wrong with a record is still said of it", async () => {
    const rows = [await open("Kept"), await open("Kept too")];
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    expect(answer.status).toBe(303);
    const isBack = goesAway(0, outages[0] ?? new Error(), { when: "before", lasts: 100 });
    const refused = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags: "Never" });
    await goOn();
    isBack();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await text("/tickets?tag=never")).not.toContain("Kept too");
  });
});

describe("taking back", () => {
  test("a run puts every record back, except those that somebody has changed since", async () => {
    const rows = [await open("Eleven"), await open("Twelve")];
    const [first, second] = rows;
    const answer = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags: "later" });
    await post("/bulk/run", {
      list: "/tickets",
      do: "assign",
      ids: idsOf(rows),
      assigned_to_id: technician.actor.user_id ?? "",
    });
    // Both have been changed since the tags; the versions tell.
    const path = answer.headers.get("location") ?? "";
    expect(await report(await post(`${path}/undo`, {}))).toContain("0 done, 0 skipped, 2 failed");
    const again = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    await perform(technician, updateTicket, { id: second?.id, title: "Twelve, renamed" });
    const back = await report(await post(`${again.headers.get("location") ?? ""}/undo`, {}));
    expect(back).toContain("1 done, 0 skipped, 1 failed");
    expect((await ticket(first?.id ?? "")).closed_at).toBeNull();
    expect((await ticket(second?.id ?? "")).closed_at).not.toBeNull();
    const twice = await post(`${again.headers.get("location") ?? ""}/undo`, {});
    expect(twice.headers.get("location")).toBe(again.headers.get("location"));
  });

  /** The offer that the page after a change makes. */
  async function offerAfter(path: string, fields: Record<string, string> = {}): Promise<string> {
    const answer = await post(path, fields);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("purser_flash=")) ?? "";
    const flash = JSON.parse(Buffer.from(cookie.split(/[=;]/)[1] ?? "", "base64url").toString()) as { undo?: string };
    return flash.undo ?? "";
  }

  test("a change offers it once, for half an hour, to whoever made it", async () => {
    const { id } = await open("Thirteen");
    const offer = await offerAfter(`/tickets/${id}/take`);
    expect((await post(`/undo/${offer}`, {}, finance)).status).toBe(404);
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
    await post(`/undo/${offer}`, {});
    expect((await ticket(id)).assigned_to_id).toBeNull();
    const version = (await ticket(id)).version;
    await post(`/undo/${offer}`, {});
    expect((await ticket(id)).version).toBe(version);
    const late = await offerAfter(`/tickets/${id}/take`);
    t.clock.set(plus(t.app.clock.now(), 31 * 60_000));
    await post(`/undo/${late}`, {});
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("leads back to the page that the button was on, and to no other site", async () => {
    const { id } = await open("Back");
    const offer = await offerAfter(`/tickets/${id}/take`);
    const backFrom = async (referer: string): Promise<string | null> =>
      (await post(`/undo/${offer}`, {}, { ...headers, referer })).headers.get("location");
    expect(await backFrom("https://evil.example/tickets")).toBe("/");
    expect(await backFrom("http://harbor.test/tickets?view=open")).toBe("/tickets?view=open");
  });

  test("is refused when somebody has changed the record since, and says so", async () => {
    const { id } = await open("Fourteen");
    const offer = await offerAfter(`/tickets/${id}/take`);
    await perform(technician, updateTicket, { id, title: "Fourteen, renamed" });
    const answer = await post(`/undo/${offer}`, {});
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("purser_flash=")) ?? "";
    expect(Buffer.from(cookie.split(/[=;]/)[1] ?? "", "base64url").toString()).toContain(
      "Somebody has changed this since",
    );
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("archived comes back, and where nothing changed nothing is offered", async () => {
    const company = await perform(technician, createCompany, { name: "Short-lived Ltd" });
    const offer = await offerAfter(`/companies/${company.id}/archive`);
    await post(`/undo/${offer}`, {});
    expect((await reading(t.harbor.system, (ctx) => find(ctx, "companies", company.id))).archived_at).toBeNull();
    await perform(technician, archiveCompany, { id: company.id });
    const { id } = await open("Fifteen");
    await offerAfter(`/tickets/${id}/take`);
    expect(await offerAfter(`/tickets/${id}/take`)).toBe("");
  });
});

describe("over the API", () => {
  const body = (attributes: object): object => ({ data: { type: "bulk_runs", attributes } });

  test("any action that takes an id runs for many, with the same report", async () => {
    const key = await t.harbor.key("technician");
    const rows = [await open("Sixteen"), await open("Seventeen")];
    const made = await t.api("POST", "/api/v1/bulk", {
      key,
      body: body({ action: "tickets.update", ids: rows.map(({ id }) => id), input: { title: "Renamed" } }),
    });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({ run_state: "finished", done_count: 2, failed_count: 0 });
    expect(made.body.data.attributes.items[0]).toEqual({ id: rows[0]?.id, outcome: "done", reason: "" });
    const undone = await t.api("POST", `/api/v1/bulk/${made.body.data.id}/undo`, { key });
    expect(undone.body.data.attributes).toMatchObject({ done_count: 2 });
    expect((await ticket(rows[0]?.id ?? "")).title).toBe("Sixteen");
    const all = await t.api("POST", "/api/v1/bulk", {
      key,
      body: body({ action: "tickets.update", list: "/tickets", query: "q=seventeen", input: { title: "By query" } }),
    });
    expect(all.body.data.attributes).toMatchObject({ total_count: 1, done_count: 1 });
  });

  test("wrong input fails for each, forbidden and unknown actions for all", async () => {
    const key = await t.harbor.key("technician");
    const { id } = await open("Eighteen");
    const start = (attributes: object, with_key = key): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/bulk", { key: with_key, body: body(attributes) });
    const wrong = await start({ action: "tickets.update", ids: [id], input: { title: "" } });
    expect(wrong.body.data.attributes).toMatchObject({ failed_count: 1, done_count: 0 });
    expect((await start({ action: "billing.approve", ids: [id] })).status).toBe(403);
    expect((await start({ action: "staff.sign_in", ids: [id] })).status).toBe(422);
    expect((await start({ action: "tickets.update" })).status).toBe(422);
    expect((await start({ action: "tickets.update", list: "/invoices", query: "" })).status).toBe(403);
    const few = await t.harbor.key("technician", ["tickets.read"]);
    expect((await start({ action: "tickets.update", ids: [id], input: { title: "x" } }, few)).status).toBe(403);
  });
});
