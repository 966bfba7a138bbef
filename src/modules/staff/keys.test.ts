import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, credentialsOf, makeStaff, password, type Person, tokenOf } from "../../../tests/support/people.ts";
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

test("a key bound to networks opens nothing from elsewhere, and remembers where it was used", async () => {
  const { id, key } = await make({ allowed_networks: ["192.0.2.0/24\n2001:db8::/32"] });
  const from = (ip: string): Promise<{ status: number }> =>
    t.api("GET", "/api/v1/companies", { key, headers: { "x-forwarded-for": ip } });
  expect((await from("198.51.100.7")).status).toBe(403);
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

test("a key that opens nothing any more says why, to whoever holds the whole of it", async () => {
  const left = await makeStaff(t.harbor, "technician", "Lea Gone");
  const ends = new Date(Date.parse(t.clock.now()) + 3_600_000).toISOString();
  const keys = {
    revoked: await make({ name: "revoked" }),
    over: await make({ name: "over", expires_at: ends }),
    elsewhere: await make({ name: "elsewhere", allowed_networks: ["192.0.2.0/24"] }),
    orphan: await perform(await t.harbor.actorContext(left.id), createApiKey, { name: "orphan" }),
  };
  await t.app.database.write(t.harbor.id, async (db) => {
    await db.updateTable("api_keys").set({ revoked_at: t.clock.now() }).where("id", "=", keys.revoked.id).execute();
    await db.updateTable("users").set({ deactivated_at: t.clock.now() }).where("id", "=", left.id).execute();
    await db.updateTable("api_keys").set({ expires_at: t.clock.now() }).where("id", "=", keys.over.id).execute();
  });
  const ask = async (key: string): Promise<unknown[]> => {
    const { status, body } = await t.api("GET", "/api/v1/companies", { key });
    return [status, body.errors[0].code];
  };
  expect(await ask(keys.revoked.key)).toEqual([401, "key_revoked"]);
  expect(await ask(keys.over.key)).toEqual([401, "key_expired"]);
  expect(await ask(keys.elsewhere.key)).toEqual([403, "address_not_allowed"]);
  expect(await ask(keys.orphan.key)).toEqual([401, "key_owner_gone"]);
  for (const { key } of Object.values(keys))
    expect(await ask(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`)).toEqual([401, "unauthorized"]);
  await t.app.journal.flush();
  const tried = await reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("api_requests")
      .select(["actor_name", "status_code"])
      .where("actor_name", "like", "API key%")
      .orderBy("id")
      .execute(),
  );
  expect(tried.map(({ actor_name, status_code }) => `${actor_name} ${status_code}`)).toEqual(
    expect.arrayContaining(["API key revoked (refused) 401", "API key elsewhere (refused) 403"]),
  );
  // What is open to everybody stays open, whatever is brought.
  const login = credentialsOf(sam);
  expect((await t.api("POST", "/api/v1/auth/login", { key: keys.revoked.key, body: login })).status).toBe(200);
});

test("a key has no say in how its owner signs in, and sees nothing of it", async () => {
  const { key } = await make({ name: "Narrow", scopes: ["tickets.read"] });
  const { key: whole } = await make({ name: "Whole" });
  const token = await tokenOf(t, sam);
  const list = async (by: string) => t.api("GET", "/api/v1/auth/sessions", { key: by });
  const { body } = await list(token);
  const session = body.data[0].id as string;
  const asked = [
    await list(key),
    await t.api("DELETE", `/api/v1/auth/sessions/${session}`, { key }),
    await t.api("GET", "/api/v1/auth/passkeys", { key }),
    await t.api("GET", "/api/v1/auth/apps", { key }),
    await t.api("POST", "/api/v1/auth/password", {
      key,
      body: {
        data: {
          type: "passwords",
          attributes: { present_password: password, new_password: "nine calm ferries at dawn" },
        },
      },
    }),
  ];
  expect(asked.map(({ status, body: { errors } }) => [status, errors?.[0].code])).toEqual(
    asked.map((_, at) => (at === 4 ? [401, "no_session"] : [403, "limited_key"])),
  );
  // Also one that may do all that its owner may.
  const ended = await t.api("DELETE", `/api/v1/auth/sessions/${session}`, { key: whole });
  expect([ended.status, ended.body.errors[0].code]).toEqual([401, "no_session"]);
  expect((await list(token)).body.data.some(({ id }: { id: string }) => id === session)).toBe(true);
});

test("an access token that is over, and one whose session has ended, say so", async () => {
  const token = await tokenOf(t, sam);
  const ask = async (): Promise<unknown[]> => {
    const { status, body } = await t.api("GET", "/api/v1/auth/sessions", { key: token });
    return [status, body.errors?.[0].code ?? ""];
  };
  expect(await ask()).toEqual([200, ""]);
  await t.api("POST", "/api/v1/auth/logout", { key: token });
  expect(await ask()).toEqual([401, "session_ended"]);
  t.clock.advance(16 * 60_000);
  expect(await ask()).toEqual([401, "token_expired"]);
  t.clock.advance(-16 * 60_000);
});

test("a key whose end has passed already is not made, and everything that is wrong with one is said at once", async () => {
  await expect(
    make({ name: "late", expires_at: t.clock.now(), scopes: ["tickets.fly"], allowed_networks: ["everywhere"] }),
  ).rejects.toMatchObject({
    status: 422,
    problems: [
      { field: "scopes", code: "not_found" },
      { field: "allowed_networks", code: "bad_network" },
      { field: "expires_at", code: "in_the_past" },
    ],
  });
  await expect(make({ name: "  " })).rejects.toMatchObject({ problems: [{ field: "name", code: "required" }] });
});

test("a key is made, listed and revoked over the API by a person, and made by no other key", async () => {
  const token = await tokenOf(t, sam);
  const body = { data: { type: "api_keys", attributes: { name: "By API", expires_in_days: 30 } } };
  const made = await t.api("POST", "/api/v1/api-keys", { key: token, body });
  expect(made.status).toBe(201);
  const { key } = made.body.data.attributes;
  expect(made.body.data.attributes).toMatchObject({
    name: "By API",
    scopes: [],
    expires_at: "2026-12-21T09:00:00.000Z",
  });
  const address = made.headers.get("location") ?? "";
  const shown = await t.api("GET", address, { key: token });
  expect([shown.status, shown.body.data.id, shown.body.data.attributes.key]).toEqual([
    200,
    made.body.data.id,
    undefined,
  ]);
  expect((await t.api("GET", address, { key: await t.harbor.key("administrator") })).status).toBe(404);
  expect((await t.api("POST", "/api/v1/api-keys", { key, body })).status).toBe(403);
  const listed = await t.api("GET", "/api/v1/api-keys", { key: token });
  const one = listed.body.data.find((row: { id: string }) => row.id === made.body.data.id);
  expect(one.attributes).toMatchObject({ name: "By API", expires_at: "2026-12-21T09:00:00.000Z" });
  expect(JSON.stringify(listed.body)).not.toContain(key.slice(-20));
  expect([made.headers.get("etag"), shown.headers.get("etag")]).toEqual(['"1"', '"1"']);
  const end = (tag: string): Promise<{ status: number }> =>
    t.api("DELETE", address, { key: token, headers: { "if-match": tag } });
  expect((await end('"7"')).status).toBe(412);
  const admin = await t.harbor.key("administrator");
  for (const path of [`/api/v1/staff${address.slice(7)}`, `/api/v1/users/${sam.id}${address.slice(7)}`])
    expect((await t.api("DELETE", path, { key: admin, headers: { "if-match": '"7"' } })).status).toBe(412);
  expect((await end('"1"')).status).toBe(204);
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
  expect((await t.api("GET", `/api/v1/users/${admin.id}/api-keys`, { key: await tokenOf(t, sam) })).status).toBe(403);
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

describe("an API key", () => {
  test("is shown once and stands in the database only as a hash", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    await browser.open("/account/api-keys/new");
    const page = await browser.submit("/account/api-keys/new", { name: "Backup script" });
    const key = /pk_[0-9a-f]{32}_[\w-]{43}/.exec(page.html)?.[0] ?? "";
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(200);
    expect((await browser.open("/account/api-keys")).html).not.toContain(key);
    const [row] = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("api_keys").selectAll().where("user_id", "=", sam.id).execute(),
    );
    expect(JSON.stringify(row)).not.toContain(key.slice(-20));
    expect(row?.token_hash).toBe(new Bun.CryptoHasher("sha256").update(key).digest("hex"));
    const audited = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select("new_values")
        .where("entity_id", "=", row?.id ?? "")
        .execute(),
    );
    expect(audited[0]?.new_values?.["token_hash"]).toBe("(secret)");
  });

  test("is somebody's own: nobody else sees or revokes it; revoked or expired it opens nothing", async () => {
    const [sam, tim] = [await makeStaff(t.harbor, "technician"), await makeStaff(t.harbor, "administrator")];
    const key = (await perform(await t.harbor.actorContext(sam.id), createApiKey, { name: "Script" })).key;
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("api_keys").select("id").where("user_id", "=", sam.id).executeTakeFirstOrThrow(),
    );
    const other = await browserOf(t, tim);
    expect((await other.open(`/account/api-keys/${id}`)).status).toBe(404);
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await other.open("/account")).html)?.[1] ?? "";
    expect((await other.post(`/account/api-keys/${id}/revoke`, { _csrf: csrf })).status).toBe(404);
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(200);
    const own = await browserOf(t, sam);
    await own.open(`/account/api-keys/${id}`);
    expect((await own.submit(`/account/api-keys/${id}/revoke`)).text).toContain("Key revoked.");
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(401);
    const soon = await perform(await t.harbor.actorContext(sam.id), createApiKey, {
      name: "Short",
      expires_at: new Date(Date.parse(t.clock.now()) + 1000).toISOString(),
    });
    expect((await t.api("GET", "/api/v1/companies", { key: soon.key })).status).toBe(200);
    t.clock.advance(1000);
    expect((await t.api("GET", "/api/v1/companies", { key: soon.key })).status).toBe(401);
  });

  test("cannot do what its owner may not, whatever its scopes say", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const { key } = await perform(await t.harbor.actorContext(sam.id), createApiKey, {
      name: "Ambitious",
      scopes: ["staff.manage", "companies.read"],
    });
    expect((await t.api("GET", "/api/v1/users", { key })).status).toBe(403);
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(200);
    const made = await t.api("POST", "/api/v1/companies", {
      key,
      body: { data: { type: "companies", attributes: { name: "No" } } },
    });
    expect(made.status).toBe(403);
  });

  test("opens no page: pages are for people", async () => {
    const sam = await makeStaff(t.harbor, "administrator");
    const answer = await t.fetch("/companies", {
      headers: {
        authorization: `Bearer ${(await perform(await t.harbor.actorContext(sam.id), createApiKey, { name: "Script" })).key}`,
      },
    });
    expect(answer.status).toBe(303);
  });
});
