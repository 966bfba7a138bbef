import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { document } from "../../../tests/support/record-api.ts";
import { inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { organizations } from "../../platform/tenants.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const api = (method: string, path: string, given: Parameters<TestProgram["api"]>[2] = {}) =>
  t.api(method, `/api/v1/${path}`, { key, ...given });
const from = (ip: string): { headers: Record<string, string> } => ({ headers: { "x-forwarded-for": ip } });

describe("allowed networks", () => {
  const set = (attributes: object, ip = "203.0.113.7") =>
    api("PATCH", "allowed-networks", { ...from(ip), body: document("allowed_networks", attributes) });
  const freed = (): Promise<unknown> =>
    inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      return update(work, organizations, id, { allowed_networks: {} });
    });

  test("let in whom they name, by each door of its own", async () => {
    const office = [{ network: "203.0.113.0/24", note: "Office" }, { network: "2001:db8::/32" }];
    expect((await set({ api: office, staff: office })).status).toBe(200);
    const status = async (path: string, ip: string): Promise<number> => (await t.fetch(path, from(ip))).status;
    expect((await api("GET", "companies", from("203.0.113.9"))).status).toBe(200);
    expect((await api("GET", "companies", from("2001:db8::1"))).status).toBe(200);
    const refused = await api("GET", "companies", from("198.51.100.1"));
    expect([refused.status, refused.body.errors[0].code]).toEqual([403, "address_not_allowed"]);
    expect(await status("/sign-in", "203.0.113.9")).toBe(200);
    expect(await status("/sign-in", "198.51.100.1")).toBe(403);
    expect(await status("/portal/sign-in", "198.51.100.1")).toBe(200);
    const login = await t.api("POST", "/api/v1/auth/login", {
      ...from("198.51.100.1"),
      body: document("credentials", { email: "administrator@harbor.test", password: "x" }),
    });
    expect([login.status, login.body.errors[0].code]).toEqual([403, "address_not_allowed"]);
    await freed();
    expect((await api("GET", "companies", from("198.51.100.1"))).status).toBe(200);
  });

  test("nobody shuts themselves out", async () => {
    const answer = await set({ api: [{ network: "192.0.2.0/24" }] });
    expect([answer.status, answer.body.errors[0].code]).toEqual([422, "own_address"]);
    expect(answer.body.errors[0].detail).toContain("203.0.113.7");
    // Whoever has signed in over the API comes in by it as well.
    const person = await makeStaff(t.harbor, "administrator");
    const login = await t.api("POST", "/api/v1/auth/login", {
      ...from("203.0.113.7"),
      body: document("credentials", { email: person.email, password }),
    });
    const refused = await t.api("PATCH", "/api/v1/allowed-networks", {
      ...from("203.0.113.7"),
      key: login.body.data.attributes.access_token,
      body: document("allowed_networks", { api: [{ network: "192.0.2.0/24" }] }),
    });
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, "own_address"]);
    // Nor do they shut their own door to the pages from where nobody sees it.
    const staff = await set({ staff: [{ network: "192.0.2.0/24" }] });
    expect([staff.status, staff.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/staff"]);
    expect((await set({ staff: [{ network: "192.0.2.0/24" }, { network: "203.0.113.7" }] })).status).toBe(200);
    expect((await set({ staff: [] })).status).toBe(200);
  });

  test("what is no network is named", async () => {
    const answer = await set({ portal: [{ network: "10.0.0.0/40" }] });
    expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/portal"]);
    const person = await signedIn(t, await t.harbor.as("administrator"));
    await person.open("/settings/allowed-networks");
    const page = await person.submit("/settings/allowed-networks", { portal: "203.0.113.7 Office\nnonsense" });
    expect(page.status).toBe(422);
    expect(page.text).toContain("“nonsense” is neither an address nor a network");
    expect(page.html).toContain("203.0.113.7 Office\nnonsense");
    const several = await person.submit("/settings/allowed-networks", { portal: "nonsense\n203.0.113.7\n10.0.0.0/40" });
    expect(several.text).toContain("such as 203.0.113.0/24: nonsense, 10.0.0.0/40");
  });

  test("the change is in the audit log", async () => {
    await set({ portal: [{ network: "192.0.2.0/24", note: "Client" }] });
    const { body } = await api("GET", "audit-log?filter[entity_type]=organizations");
    expect(body.data[0].attributes.new_values).toEqual({
      allowed_networks: expect.objectContaining({ portal: [{ network: "192.0.2.0/24", note: "Client" }] }),
    });
    await freed();
  });
});
