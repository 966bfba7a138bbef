import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { browserOf, credentialsOf, makeStaff, password, tokenOf } from "../../../tests/support/people.ts";
import { reading } from "../../platform/context.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
beforeEach(() => t.clock.advance(24 * 3600_000));
afterAll(() => t.close());

const logouts = (id: string): Promise<number> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows = await db
      .selectFrom("audit_log")
      .select("id")
      .where("action", "=", "logout")
      .where("entity_id", "=", id)
      .execute();
    return rows.length;
  });

describe("one's own account", () => {
  test("gets a new password only with the present one, and the other browsers are signed out", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const [here, there] = [await browserOf(t, sam), await browserOf(t, sam)];
    const token = await tokenOf(t, sam);
    const change = async (present: string, next: string, repeated = next): Promise<[number, string]> => {
      await here.open("/account");
      const page = await here.submit("/account/password", {
        present_password: present,
        new_password: next,
        repeated_password: repeated,
      });
      return [page.status, page.text];
    };
    expect(await change("wrong", "nine calm harbour lamps")).toEqual([
      422,
      expect.stringContaining("This is not your current password."),
    ]);
    expect(await change(password, "nine calm harbour lamps", "another")).toEqual([
      422,
      expect.stringContaining("not the same"),
    ]);
    expect((await change(password, "short"))[0]).toBe(422);
    expect((await there.open("/")).status).toBe(200);
    expect(await change(password, "nine calm harbour lamps")).toEqual([
      200,
      expect.stringContaining("Password changed."),
    ]);
    expect((await here.open("/")).url).toBe("/");
    expect((await there.open("/")).url).toContain("/sign-in");
    expect((await t.api("GET", "/api/v1/companies", { key: token })).status).toBe(401);
  });

  test("shows one's own sessions and ends those one chooses", async () => {
    const [sam, tim] = [await makeStaff(t.harbor, "technician"), await makeStaff(t.harbor, "technician")];
    await browserOf(t, tim);
    const [token, other] = [await tokenOf(t, sam), await tokenOf(t, sam)];
    const { body } = await t.api("GET", "/api/v1/auth/sessions", { key: token });
    expect(body.data).toHaveLength(2);
    const second = body.data.find((session: { attributes: { is_current: boolean } }) => !session.attributes.is_current);
    expect(Object.keys(second.attributes).toSorted()).toEqual([
      "created_at",
      "device_name",
      "expires_at",
      "ip_address",
      "is_current",
      "last_seen_at",
      "session_kind",
      "signed_in_with",
      "user_agent",
    ]);
    const { body: theirs } = await t.api("GET", "/api/v1/auth/sessions", { key: await tokenOf(t, tim) });
    expect((await t.api("DELETE", `/api/v1/auth/sessions/${theirs.data[0].id}`, { key: token })).status).toBe(404);
    expect((await t.api("DELETE", `/api/v1/auth/sessions/${second.id}`, { key: token })).status).toBe(204);
    expect((await t.api("GET", "/api/v1/companies", { key: other })).status).toBe(401);
    expect((await t.api("GET", "/api/v1/companies", { key: token })).status).toBe(200);
    expect((await t.api("GET", "/api/v1/auth/sessions", {})).status).toBe(401);
    expect(await logouts(sam.id)).toBe(1);
  });

  test("signs its other devices out, and that is a logout in the audit log", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const here = await browserOf(t, sam);
    const token = await tokenOf(t, sam);
    await here.open("/account");
    await here.submit("/account/sessions/revoke-others");
    expect((await t.api("GET", "/api/v1/companies", { key: token })).status).toBe(401);
    expect(await logouts(sam.id)).toBe(1);
  });
});

describe("an access token", () => {
  test("lasts fifteen minutes, is renewed by a refresh token, and ends with signing out", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const first = await t.api("POST", "/api/v1/auth/login", { body: credentialsOf(sam) });
    const { access_token: token, refresh_token } = first.body.data.attributes;
    const refreshing = (text: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/auth/refresh", {
        body: { data: { type: "refresh_tokens", attributes: { refresh_token: text } } },
      });
    t.clock.advance(16 * 60_000);
    const { body } = await refreshing(refresh_token);
    const renewed = body.data.attributes.access_token;
    expect((await t.api("GET", "/api/v1/companies", { key: token })).status).toBe(401);
    expect((await t.api("GET", "/api/v1/companies", { key: renewed })).status).toBe(200);
    expect((await t.api("GET", "/api/v1/companies", { key: renewed, tenant: t.mill })).status).toBe(401);
    expect((await t.api("POST", "/api/v1/auth/logout", { key: renewed })).status).toBe(204);
    expect((await t.api("GET", "/api/v1/companies", { key: renewed })).status).toBe(401);
    expect((await refreshing(body.data.attributes.refresh_token)).status).toBe(401);
  });

  test("is not given for wrong credentials, nor for a request that is no document", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    expect((await t.api("POST", "/api/v1/auth/login", { body: credentialsOf(sam, "wrong") })).status).toBe(401);
    expect((await t.api("POST", "/api/v1/auth/login", { body: credentialsOf(sam), tenant: t.mill })).status).toBe(401);
    const incomplete = await t.api("POST", "/api/v1/auth/login", {
      body: { data: { type: "credentials", attributes: { email: sam.email } } },
    });
    expect([incomplete.status, incomplete.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/password"]);
  });
});
