import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type ApiAnswer,
  pointerOf,
  startTestProgram,
  testNow,
  type TestProgram,
} from "../../../tests/support/program.ts";
import { entryDocument, type TimeWorld, timeWorld } from "../../../tests/support/time.ts";
import { perform } from "../../platform/action.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { companies, createCompany } from "../companies/index.ts";
import { createContract } from "../contracts/index.ts";
import { createWorkType, setRounding } from "./actions/reference.ts";
import { workTypeOptions } from "./index.ts";

let t: TestProgram;
let w: TimeWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await timeWorld(t);
});
afterAll(() => t.close());

const rounding = (increment_minutes: number, minimum_minutes: number): Promise<unknown> =>
  perform(w.admin, setRounding, { increment_minutes, rounding_method: "up", minimum_minutes });

describe("time over the API", () => {
  test("is logged with company, currency and work type found out, and rounded with the worked minutes kept", async () => {
    const answer = await w.post({ company_id: w.acme, duration: "1h 5m", notes: " Replaced the fan " });
    expect(answer.status).toBe(201);
    expect(answer.body.data.attributes).toMatchObject({
      date: "2026-11-21",
      duration_minutes: 75,
      worked_minutes: 65,
      company_id: w.acme,
      currency: "EUR",
      contract_id: null,
      notes: "Replaced the fan",
      is_billable: true,
      billing_status: "not_billed",
      approval_status: "pending",
      user_id: w.technician.actor.user_id,
    });
    const { work_type_id } = answer.body.data.attributes;
    expect((await reading(w.technician, workTypeOptions))[0]).toMatchObject({
      value: work_type_id,
      label: "Remote support",
    });
  });

  test("takes a duration in every form, or from start and end", async () => {
    for (const [given, worked] of [
      [{ duration_minutes: 90 }, 90],
      [{ duration: "1:30" }, 90],
      [{ duration: "1.5" }, 90],
      [{ duration: "90", duration_minutes: 90 }, 90],
      [{ start_time: "23:30", end_time: "00:15" }, 45],
      [{ start_time: "09:00", end_time: "12:00", duration: "2h" }, 120],
      [{ duration_minutes: 0 }, 0],
    ] as const) {
      const answer = await w.post({ company_id: w.acme, ...given });
      expect([given, answer.status, answer.body.data?.attributes.worked_minutes]).toEqual([given, 201, worked]);
    }
  });

  test("refuses what cannot be, names the field and writes nothing", async () => {
    const count = async (): Promise<number> =>
      (await t.api("GET", "/api/v1/time-entries?page[size]=200", { key: w.key })).body.data.length;
    const before = await count();
    for (const [given, field] of [
      [{}, "duration_minutes"],
      [{ duration: " " }, "duration"],
      [{ duration: "soon" }, "duration"],
      [{ duration_minutes: -5 }, "duration_minutes"],
      [{ duration_minutes: 1441 }, "duration_minutes"],
      [{ duration: "25h" }, "duration"],
      [{ duration_minutes: 1.5 }, "duration_minutes"],
      [{ duration: "30m", duration_minutes: 31 }, "duration_minutes"],
      [{ duration: "2h", start_time: "09:00", end_time: "10:00" }, "end_time"],
      [{ duration: "2h", end_time: "10:00" }, "start_time"],
      [{ duration: "1h", date: "2026-11-23" }, "date"],
      [{ duration: "1h", date: "2026-02-30" }, "date"],
      [{ duration: "1h", date: "1926-11-20" }, "date"],
      [{ duration: "1h", hourly_rate: "-1" }, "hourly_rate"],
      // An hour at it could not be billed: the draft, and every page with the amount, would fail.
      [{ duration: "1h", hourly_rate: "99999999999999" }, "hourly_rate"],
      [{ duration: "1h", company_id: Bun.randomUUIDv7() }, "company_id"],
      [{ duration: "1h", ticket_id: Bun.randomUUIDv7() }, "ticket_id"],
      [{ duration: "1h", contract_id: Bun.randomUUIDv7() }, "contract_id"],
      [{ duration: "1h", work_type_id: Bun.randomUUIDv7() }, "work_type_id"],
      [{ duration: "1h", billing_status: "billed" }, "billing_status"],
      [{ duration: "1h", is_billable: "perhaps" }, "is_billable"],
      [{ duration: "1h", note_id: Bun.randomUUIDv7() }, "note_id"],
    ] as const) {
      expect([given, pointerOf(await w.post({ company_id: w.acme, ...given }))] as unknown).toEqual([
        given,
        [422, `/data/attributes/${field}`],
      ]);
    }
    expect(pointerOf(await w.post({ duration: "1h" }))).toEqual([422, "/data/attributes/company_id"]);
    expect(await count()).toBe(before);
  });

  test("takes tomorrow, since somebody's day begins earlier", async () => {
    expect((await w.post({ company_id: w.acme, duration: "1h", date: "2026-11-22" })).status).toBe(201);
  });

  test("refuses an archived company and a work type out of use", async () => {
    const gone = await inUnit(t.harbor.system, (work) =>
      insert(work, companies, { name: "Gone", name_key: "gone", archived_at: testNow }),
    );
    expect(pointerOf(await w.post({ company_id: gone.id, duration: "1h" }))).toEqual([
      422,
      "/data/attributes/company_id",
    ]);
    const old = (await perform(w.admin, createWorkType, { name: "Telex", is_active: false })).id;
    expect(pointerOf(await w.post({ company_id: w.acme, duration: "1h", work_type_id: old }))).toEqual([
      422,
      "/data/attributes/work_type_id",
    ]);
  });

  test("takes company, contract and billable from the ticket, and refuses another company", async () => {
    const other = (await perform(w.admin, createCompany, { name: "Beta", currency: "USD" })).id;
    const contract = await perform(w.admin, createContract, {
      name: "Care",
      company_id: other,
      contract_type: "managed_services",
      start_date: "2026-01-01",
      status: "active",
    });
    const { id } = await w.ticket(other, { is_billable: false });
    const answer = await w.post({ ticket_id: id, duration: "20" });
    expect(answer.body.data.attributes).toMatchObject({
      company_id: other,
      contract_id: contract.id,
      ticket_id: id,
      currency: "USD",
      is_billable: false,
    });
    expect((await w.post({ ticket_id: id, duration: "20", is_billable: true })).body.data.attributes.is_billable).toBe(
      true,
    );
    expect(
      (await w.post({ ticket_id: id, duration: "20", contract_id: null })).body.data.attributes.contract_id,
    ).toBeNull();
    expect(
      (await w.post({ ticket_id: id, duration: "20", date: "2025-12-31" })).body.data.attributes.contract_id,
    ).toBeNull();
    expect(pointerOf(await w.post({ ticket_id: id, company_id: w.acme, duration: "20" }))).toEqual([
      422,
      "/data/attributes/company_id",
    ]);
    expect(pointerOf(await w.post({ company_id: w.acme, contract_id: contract.id, duration: "20" }))).toEqual([
      422,
      "/data/attributes/contract_id",
    ]);
    const under = await t.api("GET", `/api/v1/tickets/${id}/time-entries`, { key: w.key });
    expect(under.body.data).toHaveLength(4);
    expect((await t.api("GET", `/api/v1/companies/${other}/time-entries`, { key: w.key })).body.data).toHaveLength(4);
  });

  test("is changed and deleted by its w.technician, rounded anew only when the duration changed", async () => {
    const made = await w.post({ company_id: w.acme, duration: "50" });
    const { id } = made.body.data;
    await rounding(30, 0);
    const change = (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("PATCH", `/api/v1/time-entries/${id}`, {
        key: w.technicianKey,
        body: { data: { type: "time_entries", id, attributes } },
      });
    expect((await change({ notes: "More words" })).body.data.attributes).toMatchObject({
      duration_minutes: 60,
      worked_minutes: 50,
      notes: "More words",
    });
    expect((await change({ duration_minutes: 61 })).body.data.attributes).toMatchObject({
      duration_minutes: 90,
      worked_minutes: 61,
    });
    expect(pointerOf(await change({ date: "2030-01-01" }))).toEqual([422, "/data/attributes/date"]);
    await rounding(15, 15);
    const beta = (await perform(w.admin, createCompany, { name: "Moved to", currency: "GBP" })).id;
    const moved = (await w.ticket(beta)).id;
    expect((await change({ ticket_id: moved })).body.data.attributes).toMatchObject({
      company_id: beta,
      currency: "GBP",
    });
    expect((await t.api("DELETE", `/api/v1/time-entries/${id}`, { key: w.technicianKey })).status).toBe(204);
  });

  test("is sent back as it was shown, and is what it was: what counts is not what was worked", async () => {
    await rounding(15, 15);
    const made = await w.post({ company_id: w.acme, start_time: "16:39", end_time: "16:45", notes: "First" });
    const { id, attributes } = made.body.data;
    expect(attributes).toMatchObject({ duration_minutes: 15, worked_minutes: 6 });
    const { duration_minutes, start_time, end_time } = attributes;
    const change = (sent: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("PUT", `/api/v1/time-entries/${id}`, {
        key: w.technicianKey,
        body: { data: { type: "time_entries", id, attributes: sent } },
      });
    const whole = await change({ duration_minutes, start_time, end_time, notes: "Second" });
    expect([whole.status, whole.body.data.attributes]).toMatchObject([
      200,
      { duration_minutes: 15, worked_minutes: 6, notes: "Second" },
    ]);
    expect((await change({ duration_minutes: 10 })).status).toBe(422);
    expect((await change({ duration_minutes: 5 })).body.data.attributes).toMatchObject({ worked_minutes: 5 });
  });

  test("stays as it is once an invoice has it, and the answer names the invoice", async () => {
    const { id } = (await w.post({ company_id: w.acme, duration: "1h" })).body.data;
    await inUnit(t.harbor.system, async ({ db }) => {
      const invoice = {
        id: Bun.randomUUIDv7(),
        version: 1,
        created_at: testNow,
        updated_at: testNow,
        invoice_number: "INV-0007",
        company_id: w.acme,
        invoice_date: "2026-11-21",
        due_date: "2026-12-21",
        payment_terms: "net_30" as const,
        currency: "EUR",
      };
      await db.insertInto("invoices").values(invoice).execute();
      await db.insertInto("billed_time_entries").values({ time_entry_id: id, invoice_id: invoice.id }).execute();
    });
    const change = await t.api("PATCH", `/api/v1/time-entries/${id}`, {
      key: w.key,
      body: entryDocument({ notes: "Later" }),
    });
    expect([change.status, change.body.errors[0].code, change.body.errors[0].detail]).toEqual([
      409,
      "billed",
      expect.stringContaining("INV-0007"),
    ]);
    expect((await t.api("DELETE", `/api/v1/time-entries/${id}`, { key: w.key })).status).toBe(409);
  });
});
