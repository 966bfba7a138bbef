import { addAll } from "../../platform/reference.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, type Ctx, inUnit, reading } from "../../platform/context.ts";
import { createCompany } from "../companies/index.ts";
import { createContract } from "../contracts/index.ts";
import { logTime } from "./index.ts";
import { workTypeSet } from "./reference.ts";

let t: TestProgram;
let admin: Ctx;
let technician: Ctx;
let key: string;
let technicianKey: string;
let acme: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  technician = await t.harbor.as("technician");
  key = await t.harbor.key("administrator");
  technicianKey = await t.harbor.key("technician");
  await inUnit(t.harbor.system, (work) => addAll(work, workTypeSet));
  acme = (await perform(admin, createCompany, { name: "Acme", currency: "EUR" })).id;
});
afterAll(() => t.close());

const entry = (attributes: Record<string, unknown>): unknown => ({ data: { type: "time_entries", attributes } });
const post = (attributes: Record<string, unknown>, as = technicianKey): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/time-entries", { key: as, body: entry(attributes) });
const pointerOf = (answer: ApiAnswer): [number, string] => [answer.status, answer.body.errors?.[0]?.source?.pointer];

describe("who may", () => {
  test("technicians log, change and delete their own time only; managers everybody's", async () => {
    const of = technician.actor.user_id;
    const byAdmin = await post({ company_id: acme, duration: "1h" }, key);
    expect((await post({ company_id: acme, duration: "1h", user_id: admin.actor.user_id })).status).toBe(403);
    const path = `/api/v1/time-entries/${byAdmin.body.data.id}`;
    expect((await t.api("GET", path, { key: technicianKey })).status).toBe(200);
    expect((await t.api("PATCH", path, { key: technicianKey, body: entry({ notes: "x" }) })).status).toBe(403);
    expect((await t.api("DELETE", path, { key: technicianKey })).status).toBe(403);
    const forThem = await post({ company_id: acme, duration: "1h", user_id: of }, key);
    expect(forThem.body.data.attributes.user_id).toBe(of);
    expect((await t.api("DELETE", `/api/v1/time-entries/${forThem.body.data.id}`, { key: technicianKey })).status).toBe(
      204,
    );
  });

  test("finance reads, and logs nothing; nobody without the permission configures", async () => {
    const finance = await t.harbor.key("finance");
    expect((await t.api("GET", "/api/v1/time-entries", { key: finance })).status).toBe(200);
    expect((await post({ company_id: acme, duration: "1h" }, finance)).status).toBe(403);
    const type = { data: { type: "work_types", attributes: { name: "Mine" } } };
    expect((await t.api("POST", "/api/v1/work-types", { key: technicianKey, body: type })).status).toBe(403);
  });

  test("a key that may log time needs no sight of the contract that covers it", async () => {
    const company_id = (await perform(admin, createCompany, { name: "Under contract" })).id;
    const { id } = await perform(admin, createContract, {
      name: "Care",
      company_id,
      contract_type: "managed_services",
      start_date: "2026-01-01",
      status: "active",
    });
    const narrow = await t.harbor.key("technician", ["time.read", "time.write", "companies.read"]);
    const made = await post({ company_id, duration: "1h" }, narrow);
    expect([made.status, made.body.data.attributes.contract_id]).toEqual([201, id]);
  });

  test("another organization reaches none of it", async () => {
    const { id } = (await post({ company_id: acme, duration: "1h" })).body.data;
    const at = { key: await t.mill.key("administrator"), tenant: t.mill };
    expect((await t.api("GET", `/api/v1/time-entries/${id}`, at)).status).toBe(404);
    expect((await t.api("DELETE", `/api/v1/time-entries/${id}`, at)).status).toBe(404);
    expect((await t.api("GET", `/api/v1/companies/${acme}/time-entries`, at)).status).toBe(404);
    expect((await t.api("GET", "/api/v1/time-entries", at)).body.data).toEqual([]);
    expect(
      pointerOf(
        await t.api("POST", "/api/v1/time-entries", { ...at, body: entry({ company_id: acme, duration: "1h" }) }),
      )[0],
    ).toBe(422);
  });

  test("a portal user reaches no time, not even of the own company", async () => {
    const portal = contextOf(t.app, t.harbor.tenant, {
      ...admin.actor,
      kind: "portal",
      company_id: acme,
      permissions: new Set(),
    });
    const rows = await reading(portal, (ctx) => reach(ctx, "time_entries").selectAll().execute());
    expect(rows).toEqual([]);
    await expect(perform(portal, logTime, { company_id: acme, duration: "1h" })).rejects.toMatchObject({ status: 403 });
  });
});
