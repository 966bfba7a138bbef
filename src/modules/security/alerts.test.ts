import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff, password, tokenOf } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { inUnit } from "../../platform/context.ts";
import { emit } from "../../platform/events/outbox.ts";
import { newId } from "../../platform/ids.ts";
import { tokenReused } from "../oauth/index.ts";
import { updateStaff } from "../staff/actions.ts";
import { secondFactorReset, signedInOnNewDevice } from "../staff/index.ts";
import { manyFailures, tooMany } from "./rules.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

interface Alert {
  id: string;
  attributes: Record<string, unknown>;
}
const alerts = async (): Promise<Alert[]> => {
  await t.settle();
  return (await t.api("GET", "/api/v1/security-alerts", { key })).body.data as Alert[];
};
const fail = (email: string, ip: string): Promise<{ status: number }> =>
  t.api("POST", "/api/v1/auth/login", {
    headers: { "x-forwarded-for": ip, "user-agent": "Guesser/1.0" },
    body: { data: { type: "credentials", attributes: { email, password: "wrong wrong wrong" } } },
  });

describe("failed sign-ins", () => {
  test("are in the audit log, of accounts that exist and of those that do not", async () => {
    const person = await makeStaff(t.harbor, "technician");
    await fail(person.email, "203.0.113.1");
    await fail("nobody@harbor.test", "203.0.113.1");
    await t.settle();
    const { body } = await t.api("GET", "/api/v1/audit-log?filter[action]=login&filter[ip_address]=203.0.113.1", {
      key,
    });
    expect(new Set((body.data as Alert[]).map(({ attributes }) => attributes["user_agent"]))).toEqual(
      new Set(["Guesser/1.0"]),
    );
    expect(
      (body.data as Alert[]).map(({ attributes }) => [attributes["actor_name"], attributes["new_values"]]).toSorted(),
    ).toEqual([
      ["nobody@harbor.test", { outcome: "failed", step: "password", email: "nobody@harbor.test" }],
      [person.email, { outcome: "failed", step: "password", email: person.email }],
    ]);
  });

  test("raise an alert when there were many for one account, once for as many", async () => {
    for (let at = 0; at < manyFailures.account - 1; at += 1) await fail("guessed@harbor.test", `203.0.113.${20 + at}`);
    expect(await alerts()).toEqual([]);
    await fail("guessed@harbor.test", "203.0.113.30");
    await fail("guessed@harbor.test", "203.0.113.31");
    expect((await alerts()).map(({ attributes }) => [attributes["alert_kind"], attributes["subject_name"]])).toEqual([
      ["many_failures", "guessed@harbor.test"],
    ]);
  });

  test("count by account and by address, within a quarter of an hour", () => {
    const failures = (count: number, of: { email: string; ip_address: string }) =>
      Array.from({ length: count }, () => of);
    const one = { email: "a@harbor.test", ip_address: "203.0.113.1" };
    expect(tooMany(failures(4, one), one)).toBeNull();
    expect(tooMany(failures(5, one), one)).toEqual({ about: "account", count: 5 });
    expect(tooMany(failures(6, one), one)).toBeNull();
    const spray = Array.from({ length: 20 }, (_, at) => ({ email: `${at}@harbor.test`, ip_address: "203.0.113.1" }));
    expect(tooMany(spray, spray[19] ?? one)).toEqual({ about: "address", count: 20 });
    expect(tooMany(spray.slice(1), spray[19] ?? one)).toBeNull();
  });
});

describe("an alert", () => {
  test("says what happened, is looked at by somebody, and then is done", async () => {
    const person = await makeStaff(t.harbor, "technician");
    await inUnit(t.harbor.system, async (work) => {
      await emit(work, signedInOnNewDevice, {
        user_id: person.id,
        user_type: "staff",
        user_name: "Robin Vale",
        device: "Firefox on Windows",
        user_agent: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0",
        ip_address: "198.51.100.4",
      });
      await emit(work, secondFactorReset, { user_id: person.id });
    });
    const raised = await alerts();
    expect(raised.map(({ attributes }) => attributes["alert_kind"])).toEqual(
      expect.arrayContaining(["new_device", "second_factor_reset"]),
    );
    const { id } = raised.find(({ attributes }) => attributes["alert_kind"] === "new_device") ?? { id: "" };
    const done = await t.api("POST", `/api/v1/security-alerts/${id}/acknowledge`, { key });
    expect(done.body.data.attributes).toMatchObject({
      acknowledged_at: t.clock.now(),
      acknowledged_by_id: (await t.harbor.as("administrator")).actor.user_id,
    });
    // Once: whoever was first stays.
    const other = await makeStaff(t.harbor, "administrator");
    const again = await t.api("POST", `/api/v1/security-alerts/${id}/acknowledge`, { key: await tokenOf(t, other) });
    expect(again.status).toBe(200);
    expect(again.body.data.attributes).toEqual(done.body.data.attributes);
  });

  test("of a device names it in its reader's language, whatever the one who signed in speaks", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const german = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0";
    for (const agent of ["curl/8", german]) {
      const browser = t.browser();
      const headers = { "user-agent": agent, "accept-language": "de" };
      await browser.open("/sign-in", headers);
      await browser.submit("/sign-in", { email: person.email, password }, headers);
    }
    const { id } = (await alerts()).find(({ attributes }) => attributes["user_id"] === person.id) ?? { id: "" };
    const told = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("events").select("payload").where("event_name", "=", signedInOnNewDevice.name).execute(),
    );
    expect(told.at(-1)?.payload).toMatchObject({ device: "Firefox on Windows", user_agent: german });
    const reader = await makeStaff(t.harbor, "administrator");
    const page = await browserOf(t, reader);
    expect((await page.open(`/settings/security-alerts/${id}`)).text).toContain("Firefox on Windows");
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("users").set({ language: "de" }).where("id", "=", reader.id).execute(),
    );
    expect((await page.open(`/settings/security-alerts/${id}`)).text).toContain("Firefox unter Windows");
  });

  test("is raised when a code or token of an app is shown twice", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const client_id = newId();
    await inUnit(t.harbor.system, (work) =>
      emit(work, tokenReused, { client_id, client_name: "Reports", user_id: person.id, ip_address: "198.51.100.9" }),
    );
    const raised = (await alerts()).find(({ attributes }) => attributes["user_id"] === person.id);
    expect(raised?.attributes).toMatchObject({ alert_kind: "refresh_token_reused", subject_name: "Reports" });
    const page = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const { text } = await page.open(`/settings/security-alerts/${raised?.id ?? ""}`);
    expect(text).toContain("A token of the app Reports was used twice");
  });

  test("of a raised role says who did it, to whom, and what is new", async () => {
    const person = await makeStaff(t.harbor, "technician", "Robin Vale");
    const boss = await makeStaff(t.harbor, "administrator", "Ada Boss");
    const [role] = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("roles").select("id").where("role_key", "=", "finance").execute(),
    );
    await perform(await t.harbor.actorContext(boss.id), updateStaff, { id: person.id, role_ids: [role?.id] });
    const raised = (await alerts()).find(({ attributes }) => attributes["alert_kind"] === "role_raised");
    const { text } = await (await browserOf(t, boss)).open(`/settings/security-alerts/${raised?.id ?? ""}`);
    for (const said of ["Robin Vale", "Ada Boss", "See what things cost"]) expect(text).toContain(said);
  });

  test("is raised when a key is used from a new address, once for each", async () => {
    const own = await t.harbor.key("technician");
    const use = (ip: string) => t.api("GET", "/api/v1/companies", { key: own, headers: { "x-forwarded-for": ip } });
    const raisedFor = async (): Promise<unknown[]> =>
      (await alerts())
        .filter(({ attributes }) => attributes["alert_kind"] === "key_from_new_address")
        .map(({ attributes }) => attributes["ip_address"]);
    await use("203.0.113.60");
    await use("203.0.113.60");
    expect(await raisedFor()).toEqual([]);
    for (const ip of ["198.51.100.60", "203.0.113.60", "198.51.100.60"]) await use(ip);
    expect(await raisedFor()).toEqual(["198.51.100.60"]);
  });

  test("is raised when a key is refused for where it comes from, once for each address", async () => {
    const held = await t.harbor.key("technician");
    const free = await t.harbor.key("technician");
    const use = (own: string, ip: string) =>
      t.api("GET", "/api/v1/companies", { key: own, headers: { "x-forwarded-for": ip } });
    await t.app.database.write(t.harbor.id, (db) =>
      db
        .updateTable("api_keys")
        .set({ allowed_networks: ["192.0.2.0/24"] })
        .where("hint", "=", `…${held.slice(-6)}`)
        .execute(),
    );
    const refusedAt = async (): Promise<unknown[]> =>
      (await alerts())
        .filter(({ attributes }) => attributes["alert_kind"] === "key_refused_at_address")
        .map(({ attributes }) => attributes["ip_address"]);
    expect((await use(held, "192.0.2.9")).status).toBe(200);
    expect(await refusedAt()).toEqual([]);
    for (const ip of ["198.51.100.71", "198.51.100.71", "198.51.100.72"])
      expect((await use(held, ip)).status).toBe(403);
    expect(await refusedAt()).toEqual(["198.51.100.72", "198.51.100.71"]);
    // And when it is the organization that lets only its own networks in.
    const networks = (list: object[]) =>
      t.api("PATCH", "/api/v1/allowed-networks", {
        key,
        headers: { "x-forwarded-for": "192.0.2.1" },
        body: { data: { type: "allowed_networks", attributes: { api: list } } },
      });
    expect((await networks([{ network: "192.0.2.0/24", note: "" }])).status).toBe(200);
    expect((await use(free, "198.51.100.73")).status).toBe(403);
    // Whoever brings no key, or one that is unknown, is nobody's stray.
    expect((await use("unknown", "198.51.100.74")).status).toBe(403);
    expect((await networks([])).status).toBe(200);
    expect((await refusedAt())[0]).toBe("198.51.100.73");
    expect((await alerts()).some(({ attributes }) => attributes["ip_address"] === "198.51.100.74")).toBe(false);
    const page = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const [newest] = (await alerts()).filter(({ attributes }) => attributes["ip_address"] === "198.51.100.72");
    expect((await page.open(`/settings/security-alerts/${newest?.id ?? ""}`)).text).toContain("Nothing was shown.");
  });

  test("is told as an event, so that webhooks and notifications hear of it", async () => {
    const { events } = await t.app.database.read(t.harbor.id, async (db) => ({
      events: await db
        .selectFrom("events")
        .select("payload")
        .where("event_name", "=", "security.alert_raised")
        .execute(),
    }));
    expect(events.length).toBe((await alerts()).length);
  });

  test("is nobody's business in another organization", async () => {
    const { body } = await t.api("GET", "/api/v1/security-alerts", {
      key: await t.mill.key("administrator"),
      tenant: t.mill,
    });
    expect(body.data).toEqual([]);
  });
});
