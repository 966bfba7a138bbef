import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pointerOf, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { entryDocument, type TimeWorld, timeWorld } from "../../../tests/support/time.ts";
import { reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, reading } from "../../platform/context.ts";
import { createCompany } from "../companies/index.ts";
import { createContract } from "../contracts/index.ts";
import { logTime } from "./index.ts";

let t: TestProgram;
let w: TimeWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await timeWorld(t);
});
afterAll(() => t.close());

describe("who may", () => {
  test("technicians log, change and delete their own time only; managers everybody's", async () => {
    const of = w.technician.actor.user_id;
    const byAdmin = await w.post({ company_id: w.acme, duration: "1h" }, w.key);
    expect((await w.post({ company_id: w.acme, duration: "1h", user_id: w.admin.actor.user_id })).status).toBe(403);
    const path = `/api/v1/time-entries/${byAdmin.body.data.id}`;
    expect((await t.api("GET", path, { key: w.technicianKey })).status).toBe(200);
    expect((await t.api("PATCH", path, { key: w.technicianKey, body: entryDocument({ notes: "x" }) })).status).toBe(
      403,
    );
    expect((await t.api("DELETE", path, { key: w.technicianKey })).status).toBe(403);
    const forThem = await w.post({ company_id: w.acme, duration: "1h", user_id: of }, w.key);
    expect(forThem.body.data.attributes.user_id).toBe(of);
    expect(
      (await t.api("DELETE", `/api/v1/time-entries/${forThem.body.data.id}`, { key: w.technicianKey })).status,
    ).toBe(204);
  });

  test("finance reads, and logs nothing; nobody without the permission configures", async () => {
    const finance = await t.harbor.key("finance");
    expect((await t.api("GET", "/api/v1/time-entries", { key: finance })).status).toBe(200);
    expect((await w.post({ company_id: w.acme, duration: "1h" }, finance)).status).toBe(403);
    const type = { data: { type: "work_types", attributes: { name: "Mine" } } };
    expect((await t.api("POST", "/api/v1/work-types", { key: w.technicianKey, body: type })).status).toBe(403);
  });

  test("a key: w.key that may log time needs no sight of the contract that covers it", async () => {
    const company_id = (await perform(w.admin, createCompany, { name: "Under contract" })).id;
    const { id } = await perform(w.admin, createContract, {
      name: "Care",
      company_id,
      contract_type: "managed_services",
      start_date: "2026-01-01",
      status: "active",
    });
    const narrow = await t.harbor.key("technician", ["time.read", "time.write", "companies.read"]);
    const made = await w.post({ company_id, duration: "1h" }, narrow);
    expect([made.status, made.body.data.attributes.contract_id]).toEqual([201, id]);
  });

  test("another organization reaches none of it", async () => {
    const { id } = (await w.post({ company_id: w.acme, duration: "1h" })).body.data;
    const at = { key: await t.mill.key("administrator"), tenant: t.mill };
    expect((await t.api("GET", `/api/v1/time-entries/${id}`, at)).status).toBe(404);
    expect((await t.api("DELETE", `/api/v1/time-entries/${id}`, at)).status).toBe(404);
    expect((await t.api("GET", `/api/v1/companies/${w.acme}/time-entries`, at)).status).toBe(404);
    expect((await t.api("GET", "/api/v1/time-entries", at)).body.data).toEqual([]);
    expect(
      pointerOf(
        await t.api("POST", "/api/v1/time-entries", {
          ...at,
          body: entryDocument({ company_id: w.acme, duration: "1h" }),
        }),
      )[0],
    ).toBe(422);
  });

  test("a portal user reaches no time, not even of the own company", async () => {
    const portal = contextOf(t.app, t.harbor.tenant, {
      ...w.admin.actor,
      kind: "portal",
      company_id: w.acme,
      permissions: new Set(),
    });
    const rows = await reading(portal, (ctx) => reach(ctx, "time_entries").selectAll().execute());
    expect(rows).toEqual([]);
    await expect(perform(portal, logTime, { company_id: w.acme, duration: "1h" })).rejects.toMatchObject({
      status: 403,
    });
  });
});
