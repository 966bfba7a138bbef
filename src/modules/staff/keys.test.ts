import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff, password, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, reading } from "../../platform/context.ts";
import { createApiKey } from "./keys.ts";
import { staffJobs } from "./jobs.ts";

let t: TestProgram;
let sam: Person;

beforeAll(async () => {
  t = await startTestProgram();
  sam = await makeStaff(t.harbor, "technician", "Sam Tech");
});
afterAll(() => t.close());

const make = async (given: Record<string, unknown> = {}): Promise<{ id: string; key: string }> =>
  perform(await t.harbor.actorContext(sam.id), createApiKey, { name: "Script", ...given });

async function tokenOf(person: Person): Promise<string> {
  const { body } = await t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email: person.email, password } } },
  });
  return body.data.attributes.access_token;
}

test("a key bound to networks opens nothing from elsewhere, and remembers where it was used", async () => {
  const { id, key } = await make({ allowed_networks: ["192.0.2.0/24\n2001:db8::/32"] });
  const from = (ip: string): Promise<{ status: number }> =>
    t.api("GET", "/api/v1/companies", { key, headers: { "x-forwarded-for": ip } });
  expect((await from("198.51.100.7")).status).toBe(401);
  expect((await from("192.0.2.9")).status).toBe(200);
  expect((await from("2001:db8::9")).status).toBe(200);
  const row = await reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("api_keys")
      .select(["last_used_ip", "allowed_networks"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow(),
  );
  expect(row).toEqual({ last_used_ip: "2001:db8::9", allowed_networks: ["192.0.2.0/24", "2001:db8::/32"] });
  await expect(make({ allowed_networks: ["everywhere"] })).rejects.toMatchObject({ status: 422 });
});

test("a key is made, listed and revoked over the API by a person, and made by no other key", async () => {
  const token = await tokenOf(sam);
  const body = { data: { type: "api_keys", attributes: { name: "By API", expires_in_days: 30 } } };
  const made = await t.api("POST", "/api/v1/api-keys", { key: token, body });
  expect(made.status).toBe(201);
  const { key } = made.body.data.attributes;
  expect((await t.api("POST", "/api/v1/api-keys", { key, body })).status).toBe(403);
  const listed = await t.api("GET", "/api/v1/api-keys", { key: token });
  const one = listed.body.data.find((row: { id: string }) => row.id === made.body.data.id);
  expect(one.attributes).toMatchObject({ name: "By API", expires_at: "2026-12-21T09:00:00.000Z" });
  expect(JSON.stringify(listed.body)).not.toContain(key.slice(-20));
  expect((await t.api("DELETE", `/api/v1/api-keys/${made.body.data.id}`, { key: token })).status).toBe(204);
  expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(401);
});

test("everybody's keys are seen and revoked by an administrator, and by nobody else", async () => {
  const { id, key } = await make({ name: "Left behind" });
  const admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
  const browser = await browserOf(t, admin);
  expect((await browser.open("/settings/api-keys")).text).toContain("Left behind");
  await browser.open(`/settings/api-keys/${id}`);
  expect((await browser.submit(`/settings/api-keys/${id}/revoke`)).text).toContain("Key revoked.");
  expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(401);
  const [entry] = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("audit_log").select("user_id").where("entity_id", "=", id).where("action", "=", "update").execute(),
  );
  expect(entry?.user_id).toBe(admin.id);
  expect((await t.api("GET", `/api/v1/users/${admin.id}/api-keys`, { key: await tokenOf(sam) })).status).toBe(403);
  const mill = await t.mill.key("administrator");
  expect((await t.api("GET", `/api/v1/users/${sam.id}/api-keys`, { key: mill, tenant: t.mill })).status).toBe(404);
});

test("the owner of a key that ends within a week is told once", async () => {
  await make({ name: "Ending", expires_in_days: 8 });
  const job = staffJobs.find(({ name }) => name === "staff.warn_of_keys");
  const told = async (): Promise<number> =>
    (
      await reading(t.harbor.system, ({ db }) =>
        db.selectFrom("mails").select("text_body").where("to_address", "=", sam.email).execute(),
      )
    ).filter((mail) => mail.text_body.includes("Ending")).length;
  const run = async (): Promise<void> => job?.run(contextOf(t.app, t.harbor.tenant, t.harbor.system.actor));
  await run();
  // That it was made is a mail of its own.
  const before = await told();
  expect(before).toBe(1);
  t.clock.advance(2 * 86_400_000);
  await run();
  await run();
  expect(await told()).toBe(before + 1);
});
