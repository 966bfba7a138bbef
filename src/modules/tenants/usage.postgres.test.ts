import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { operatorHost, type OperatorHost, tenantDocument } from "../../../tests/support/operators.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, inUnit } from "../../platform/context.ts";
import { addFile, storeUploads } from "../../platform/files/files.ts";
import { settleWork, tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { runDueJobs } from "../../platform/jobs/jobs.ts";
import { loadTenant } from "../../platform/tenants.ts";
import { inviteStaff } from "../staff/index.ts";
import { flushRequestCounts, measureUsage } from "./usage.ts";

let t: TestProgram;
let host: OperatorHost;

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
});
afterAll(() => t.close());

const usage = async (query = "") => (await host.api("GET", `/tenants/${t.harbor.id}/usage${query}`)).body.data;
const upload = async (bytes: number) => {
  const admin = await t.harbor.as("administrator");
  const tenant = await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
  const ctx = contextOf(t.app, tenant, admin.actor, admin.request);
  const [stored] = await storeUploads(ctx, [{ name: "a", type: "", bytes: new Uint8Array(bytes).fill(1) }]);
  if (stored !== undefined) await inUnit(admin, (work) => addFile(work, stored));
};

describe("usage", () => {
  test("counts requests in memory, adds them up when written, and measures the rest", async () => {
    const key = await t.harbor.key("administrator");
    for (let index = 0; index < 3; index += 1) await t.api("GET", "/api/v1/companies", { key });
    await t.api("GET", "/api/v1/companies", { key: await t.mill.key("administrator"), tenant: t.mill });
    // Who looks sees what has only been counted in memory so far as well.
    expect((await usage())[0].attributes).toMatchObject({ used_on: "2026-11-21", request_count: 3 });
    await t.api("GET", "/api/v1/companies", { key });
    await flushRequestCounts(t.app);
    await flushRequestCounts(t.app);
    await upload(2500);
    await measureUsage(t.harbor.system);
    const days = await usage();
    expect(days[0].attributes).toEqual({
      used_on: "2026-11-21",
      staff_count: 1,
      portal_user_count: 0,
      ticket_count: 0,
      storage_kb: 3,
      request_count: 4,
      mail_count: 0,
    });
    // Measured again it is what it is, and not twice as much.
    await measureUsage(t.harbor.system);
    expect((await usage())[0].attributes.storage_kb).toBe(3);
  });

  test("is shown by the month, which has its name in the reader's language", async () => {
    const olga = await host.browser();
    const now = await olga.open("/usage");
    expect([now.text.includes("November 2026"), now.text.includes("2026-11")]).toEqual([true, false]);
    // Nothing has been used in a month that has not come.
    expect(now.html).not.toContain("month=2026-12");
    expect((await olga.open("/usage?month=2026-10")).text).toContain("October 2026");
    expect((await olga.open("/usage?month=2026-10", { "accept-language": "de" })).text).toContain("Oktober 2026");
    expect((await olga.open(`/tenants/${t.harbor.id}`)).text).toContain("21 Nov 2026");
  });

  test("is measured when an organization is made, and again when it is looked at", async () => {
    const made = await host.api("POST", "/tenants", tenantDocument({ name: "Quay IT", domain: "quay.example" }));
    const { id } = made.body.data;
    const measured = () =>
      t.app.database.platform((db) =>
        db
          .selectFrom("tenant_usage")
          .select("staff_count")
          .where("for_tenant_id", "=", id)
          .where("used_on", "=", "2026-11-21")
          .execute(),
      );
    expect(await measured()).toEqual([{ staff_count: 0 }]);
    const tenant = await t.app.database.read(id, (db) => loadTenant(t.app, db, id));
    const { id: role } = await t.app.database.read(id, (db) =>
      db.selectFrom("roles").select("id").where("role_key", "=", "technician").executeTakeFirstOrThrow(),
    );
    await perform(contextOf(t.app, tenant, t.harbor.system.actor), inviteStaff, {
      name: "Nils Berg",
      email: "nils@quay.test",
      role_ids: [role],
    });
    const olga = await host.browser();
    expect((await olga.open(`/tenants/${id}`)).status).toBe(200);
    expect(await measured()).toEqual([{ staff_count: 1 }]);
    // The list measures as well, at most once a minute.
    await t.app.database.platform((db) =>
      db.updateTable("tenant_usage").set({ staff_count: 7 }).where("for_tenant_id", "=", id).execute(),
    );
    t.clock.advance(61_000);
    expect((await olga.open("/tenants?q=Quay")).status).toBe(200);
    expect(await measured()).toEqual([{ staff_count: 1 }]);
  });

  test("of the others is shown also while one organization's data key is broken", async () => {
    const made = await host.api("POST", "/tenants", tenantDocument({ name: "Broken IT", domain: "broken.example" }));
    await t.app.database.platform((db) =>
      db
        .updateTable("tenant_keys")
        .set({ wrapped_key: "broken" })
        .where("for_tenant_id", "=", made.body.data.id)
        .execute(),
    );
    t.app.keyring.forget(made.body.data.id);
    t.clock.advance(61_000);
    const list = await (await host.browser()).open("/tenants");
    expect([list.status, list.text.includes("Harbor IT")]).toEqual([200, true]);
  });

  test("is a line a day, and of the days that are asked for", async () => {
    t.clock.advance(86_400_000);
    await measureUsage(t.harbor.system);
    expect((await usage()).map((day: { attributes: { used_on: string } }) => day.attributes.used_on)).toEqual([
      "2026-11-22",
      "2026-11-21",
      "2026-11-20",
    ]);
    expect(await usage("?filter[from]=2026-11-22")).toHaveLength(1);
    const wrong = await host.api("GET", `/tenants/${t.harbor.id}/usage?filter[from]=soon`);
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors[0].source).toEqual({ parameter: "filter[from]" });
    expect((await host.api("GET", `/tenants/${t.harbor.id}/usage?month=1`)).status).toBe(400);
  });

  test("is a page of the month, and a file for the bill", async () => {
    const olga = await host.browser();
    expect((await olga.open("/usage?month=2026-11")).text).toContain("Harbor IT");
    const csv = await olga.open("/usage.csv?month=2026-11");
    const line = csv.html.split("\r\n").find((one) => one.includes("Harbor IT"));
    expect(line).toContain("Harbor IT,,1,0,0,3,4,0");
    expect((await olga.open(`/tenants/${t.harbor.id}/usage.csv`)).html).toContain("2026-11-21,1,0,0,3,4,0");
    await upload(2000);
    await t.api("GET", "/api/v1/companies", { key: await t.harbor.key("administrator") });
    expect((await olga.open(`/tenants/${t.harbor.id}/usage.csv`)).html).toContain("2026-11-22,1,0,0,5,1,0");
    await upload(3000);
    t.clock.advance(120_000);
    const later = await olga.open("/usage.csv?month=2026-11");
    expect(later.html.split("\r\n").find((one) => one.includes("Harbor IT"))).toContain("Harbor IT,,1,0,0,8,5,0");
  });
});

describe("a limit", () => {
  const limit = (attributes: Record<string, unknown>) =>
    host.api("PATCH", `/tenants/${t.harbor.id}`, tenantDocument(attributes, t.harbor.id));

  test("of staff seats refuses one more, and says so", async () => {
    await limit({ staff_limit: 1 });
    const key = await t.harbor.key("administrator");
    const { body: roles } = await t.api("GET", "/api/v1/roles", { key });
    const tenant = await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
    const invite = () =>
      perform(contextOf(t.app, tenant, t.harbor.system.actor), inviteStaff, {
        name: "Nils Berg",
        email: "nils@harbor.test",
        role_ids: [roles.data[0].id],
      });
    await expect(invite()).rejects.toMatchObject({ status: 409, code: "no_seat" });
    await limit({ staff_limit: null });
  });

  test("of storage refuses what does not fit any more, before it is kept", async () => {
    await limit({ storage_limit_mb: 1 });
    await upload(900_000);
    await expect(upload(200_000)).rejects.toMatchObject({ status: 413, code: "too_large" });
    await limit({ storage_limit_mb: null });
    await upload(200_000);
  });

  test("of requests holds all keys of the organization together", async () => {
    await limit({ requests_per_minute: 2 });
    t.clock.advance(60_000);
    const key = await t.harbor.key("administrator");
    const other = await t.harbor.key("technician");
    const statuses = [];
    for (const one of [key, other, key]) statuses.push((await t.api("GET", "/api/v1/companies", { key: one })).status);
    expect(statuses).toEqual([200, 200, 429]);
    await limit({ requests_per_minute: null });
  });
});

describe("a round", () => {
  const due = async () => (await tenantsWithWork(t.app, [])).map(({ id }) => id);

  test("visits an organization while it has work, and leaves it alone once it has none", async () => {
    // What is new: every job is written down for the first time.
    await runDueJobs(t.app, t.harbor.tenant);
    await t.settle();
    await settleWork(t.app, t.harbor.id);
    expect(await due()).not.toContain(t.harbor.id);
    await perform(t.harbor.system, inviteStaff, { name: "Ute Kern", email: "ute@harbor.test", role_ids: [] }).catch(
      () => undefined,
    );
    const key = await t.harbor.key("administrator");
    await t.api("POST", "/api/v1/companies", {
      key,
      body: { data: { type: "companies", attributes: { name: "Oak Dental", company_type: "client" } } },
    });
    // Whatever was told of it waits for its handlers.
    const waiting = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("event_deliveries").select("handler").where("succeeded_at", "is", null).execute(),
    );
    expect((await due()).includes(t.harbor.id)).toBe(waiting.length > 0);
    await t.settle();
    await settleWork(t.app, t.harbor.id);
    expect(await due()).not.toContain(t.harbor.id);
  });

  test("visits whom this node has woken, whatever the table says", async () => {
    expect((await tenantsWithWork(t.app, [t.harbor.id])).map(({ id }) => id)).toContain(t.harbor.id);
  });

  test("looks after everybody again after ten minutes, in case a hint was forgotten", async () => {
    t.clock.advance(10 * 60_000 + 1);
    expect(await due()).toContain(t.harbor.id);
  });

  test("comes back when a job's time has come", async () => {
    await runDueJobs(t.app, t.harbor.tenant);
    await t.settle();
    await settleWork(t.app, t.harbor.id);
    const { due_at } = await t.app.database.platform((db) =>
      db.selectFrom("tenant_work").select("due_at").where("for_tenant_id", "=", t.harbor.id).executeTakeFirstOrThrow(),
    );
    const { next } = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("job_runs")
        .select((eb) => eb.fn.min("next_run_at").as("next"))
        .executeTakeFirstOrThrow(),
    );
    expect(due_at <= new Date(String(next)).toISOString()).toBe(true);
  });
});
