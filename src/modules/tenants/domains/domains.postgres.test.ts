import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { operatorHost, type OperatorHost } from "../../../../tests/support/operators.ts";
import { browserOf, makeStaff } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "../../../../tests/support/program.ts";
import { reading } from "../../../platform/context.ts";
import { outbound } from "../../../platform/outbound/outbound.ts";
import { loadTenant } from "../../../platform/tenants.ts";
import { addDomain, removeDomain } from "./actions.ts";
import { findProof } from "./proof.ts";

let t: TestProgram;
let host: OperatorHost;
/** What DNS holds, by name. */
const dns = new Map<string, string[][]>();
/** What web servers say, by address; any other one answers 404. */
const web = new Map<string, string>();
let isWebReal = false;

beforeAll(async () => {
  t = await startTestProgram({
    resolveTxt: async (name) => {
      const records = dns.get(name);
      if (records === undefined) throw Object.assign(new Error("queryTxt ENOTFOUND"), { code: "ENOTFOUND" });
      return records;
    },
    callOut: async (request, allowed) => {
      if (isWebReal) return outbound(request, allowed);
      const body = web.get(request.url);
      return { status: body === undefined ? 404 : 200, headers: {}, body: Buffer.from(body ?? ""), isCut: false };
    },
  });
  host = await operatorHost(t);
});
afterAll(() => t.close());
beforeEach(() => {
  dns.clear();
  web.clear();
  isWebReal = false;
});

interface Domain {
  id: string;
  attributes: { is_primary: boolean; is_verified: boolean; txt_name: string; txt_value: string; last_problem: string };
}

async function domains(of: TestTenant): Promise<Domain[]> {
  const key = await of.key("administrator");
  return (await t.api("GET", "/api/v1/domains", { key, tenant: of })).body.data;
}

async function claim(of: TestTenant, domain: string) {
  const key = await of.key("administrator");
  return t.api("POST", "/api/v1/domains", {
    key,
    tenant: of,
    body: { data: { type: "domains", attributes: { domain } } },
  });
}

async function verb(of: TestTenant, domain: string, name: string) {
  const key = await of.key("administrator");
  return t.api("POST", `/api/v1/domains/${domain}/${name}`, { key, tenant: of });
}

/** Puts into DNS what the organization was told to. */
async function publish(of: TestTenant, domain: string): Promise<void> {
  const found = (await domains(of)).find((one) => one.id === domain);
  dns.set(found?.attributes.txt_name ?? "", [[found?.attributes.txt_value ?? ""]]);
}

const leadsTo = (domain: string) =>
  t.app.database.platform((db) =>
    db.selectFrom("tenant_domains").select("domain_tenant_id").where("domain", "=", domain).executeTakeFirst(),
  );

describe("a domain of an organization's own", () => {
  test("leads nowhere before its proof stands in DNS, and then to the organization", async () => {
    expect((await claim(t.harbor, "Desk.Harbor.Example")).status).toBe(201);
    expect(await leadsTo("desk.harbor.example")).toBeUndefined();
    const early = await verb(t.harbor, "desk.harbor.example", "verify");
    expect([early.status, early.body.errors[0].code]).toEqual([409, "not_verified"]);
    dns.set("_purser.desk.harbor.example", [["purser-verification=somebody-else's"]]);
    expect((await verb(t.harbor, "desk.harbor.example", "verify")).status).toBe(409);
    await publish(t.harbor, "desk.harbor.example");
    expect((await verb(t.harbor, "desk.harbor.example", "verify")).status).toBe(200);
    expect(await leadsTo("desk.harbor.example")).toEqual({ domain_tenant_id: t.harbor.id });
  });

  test("becomes the one that links are made with", async () => {
    expect((await verb(t.harbor, "desk.harbor.example", "primary")).status).toBe(200);
    const tenant = await t.app.database.read(t.harbor.id, (db) => loadTenant(t.app, db, t.harbor.id));
    expect(tenant.public_url).toBe("http://desk.harbor.example");
    expect((await domains(t.harbor)).filter(({ attributes }) => attributes.is_primary).map(({ id }) => id)).toEqual([
      "desk.harbor.example",
    ]);
  });

  test("cannot be given back while links are made with it", async () => {
    const key = await t.harbor.key("administrator");
    const held = await t.api("DELETE", "/api/v1/domains/desk.harbor.example", { key });
    expect([held.status, held.body.errors[0].code]).toEqual([409, "primary_domain"]);
    expect((await verb(t.harbor, "harbor.test", "primary")).status).toBe(200);
    expect((await t.api("DELETE", "/api/v1/domains/desk.harbor.example", { key })).status).toBe(204);
    expect(await leadsTo("desk.harbor.example")).toBeUndefined();
  });

  test("is in the organization's own audit log: claimed, verified, withdrawn, and what an operator did", async () => {
    const key = await t.harbor.key("administrator");
    const domain = "told.harbor.example";
    expect((await claim(t.harbor, domain)).status).toBe(201);
    await publish(t.harbor, domain);
    expect((await verb(t.harbor, domain, "verify")).status).toBe(200);
    expect((await t.api("DELETE", `/api/v1/domains/${domain}`, { key })).status).toBe(204);
    expect((await claim(t.harbor, domain)).status).toBe(201);
    expect((await t.api("DELETE", `/api/v1/domains/${domain}`, { key })).status).toBe(204);
    await addDomain(host.system, { id: t.harbor.id, domain });
    await removeDomain(host.system, { id: t.harbor.id, domain });
    const entries = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["actor_name", "action", "old_values", "new_values"])
        .where("entity_type", "=", "tenant_domains")
        .orderBy("id")
        .execute(),
    );
    const told = entries
      .filter(({ old_values, new_values }) => (old_values ?? new_values)?.["name"] === domain)
      .map(({ actor_name, action, old_values, new_values }) => [
        actor_name === "Operator" ? "operator" : "own",
        action,
        old_values?.["state"] ?? null,
        new_values?.["state"] ?? null,
      ]);
    expect(told).toEqual([
      ["own", "create", null, "claimed"],
      ["own", "update", "claimed", "verified"],
      ["own", "delete", "verified", null],
      ["own", "create", null, "claimed"],
      ["own", "delete", "claimed", null],
      ["operator", "create", null, "verified"],
      ["operator", "delete", "verified", null],
    ]);
    const robin = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    expect((await robin.open("/settings/audit")).text).toContain("Host name: told.harbor.example");
  });

  test("is asked for and verified on pages as well", async () => {
    const robin = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    await robin.open("/settings/domains/new");
    const wrong = await robin.submit("/settings/domains/new", { domain: "127.0.0.1" });
    expect([wrong.status, wrong.html.includes("127.0.0.1")]).toEqual([422, true]);
    const page = await robin.submit("/settings/domains/new", { domain: "pages.harbor.example" });
    expect(page.text).toContain("_purser.pages.harbor.example");
    const early = await robin.submit("/settings/domains/pages.harbor.example/verify");
    expect(early.text).toContain("has no TXT record yet");
    await publish(t.harbor, "pages.harbor.example");
    expect((await robin.submit("/settings/domains/pages.harbor.example/verify")).text).toContain("is verified");
  });
});

describe("a proof on the web", () => {
  const at = (domain: string, scheme = "https"): string => `${scheme}://${domain}/.well-known/purser-verification.txt`;
  const valueOf = async (domain: string): Promise<string> =>
    (await domains(t.harbor)).find(({ id }) => id === domain)?.attributes.txt_value ?? "";

  test.each(["https", "http"])("is found over %s, and no redirect or page around it counts", async (scheme) => {
    const domain = `${scheme}.harbor.example`;
    await claim(t.harbor, domain);
    const value = await valueOf(domain);
    for (const wrong of ["", "purser-verification=else", `<html>${value}</html>`, `# note\n${value}`]) {
      web.set(at(domain, scheme), wrong);
      expect((await verb(t.harbor, domain, "verify")).status).toBe(409);
    }
    const [last] = (await domains(t.harbor)).filter(({ id }) => id === domain);
    expect(last?.attributes.last_problem).toContain("_purser.");
    web.set(at(domain, scheme), `${value}\r\n`);
    expect((await verb(t.harbor, domain, "verify")).status).toBe(200);
    expect(await leadsTo(domain)).toEqual({ domain_tenant_id: t.harbor.id });
  });

  test("of another organization proves nothing", async () => {
    await claim(t.harbor, "both.example");
    await claim(t.mill, "both.example");
    web.set(at("both.example"), await valueOf("both.example"));
    expect((await verb(t.mill, "both.example", "verify")).status).toBe(409);
    expect((await verb(t.harbor, "both.example", "verify")).status).toBe(200);
  });

  test("is not looked for inside private networks", async () => {
    isWebReal = true;
    const found = await findProof(t.app, "localhost", "x");
    expect(found.problem).toContain("the machine itself, which is not called");
    expect((await findProof(t.app, "10.0.0.1", "x")).problem).toContain("private network");
  });

  test("is not looked for without end", async () => {
    await claim(t.mill, "often.example");
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 31; attempt += 1)
      statuses.push((await verb(t.mill, "often.example", "verify")).status);
    expect(statuses.at(-1)).toBe(429);
    t.clock.advance(3600_000);
  });
});

describe("theft", () => {
  test("a domain that two organizations claim goes to the one that proves it, whoever came first", async () => {
    await claim(t.mill, "shared.example");
    await claim(t.harbor, "shared.example");
    const proofs = await Promise.all([domains(t.mill), domains(t.harbor)]);
    const values = proofs.map((list) => list.find(({ id }) => id === "shared.example")?.attributes.txt_value);
    expect(values[0]).not.toBe(values[1]);
    await publish(t.harbor, "shared.example");
    expect((await verb(t.mill, "shared.example", "verify")).status).toBe(409);
    expect((await verb(t.harbor, "shared.example", "verify")).status).toBe(200);
    expect(await leadsTo("shared.example")).toEqual({ domain_tenant_id: t.harbor.id });
  });

  test("a domain that leads to somebody cannot be taken over, even with a proof", async () => {
    await claim(t.mill, "shared.example");
    await publish(t.mill, "shared.example");
    const taken = await verb(t.mill, "shared.example", "verify");
    expect([taken.status, taken.body.errors[0].code]).toEqual([409, "duplicate"]);
    expect(await leadsTo("shared.example")).toEqual({ domain_tenant_id: t.harbor.id });
  });

  test("of two proofs at the same moment one wins and the other is told", async () => {
    await claim(t.mill, "race.example");
    await claim(t.harbor, "race.example");
    const both = (await Promise.all([domains(t.mill), domains(t.harbor)])).map(
      (list) => list.find(({ id }) => id === "race.example")?.attributes.txt_value ?? "",
    );
    dns.set(
      "_purser.race.example",
      both.map((value) => [value]),
    );
    const answers = await Promise.all([
      verb(t.mill, "race.example", "verify"),
      verb(t.harbor, "race.example", "verify"),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  test("one organization changes nothing of another one's domains", async () => {
    const key = await t.mill.key("administrator");
    for (const name of ["verify", "primary"]) expect((await verb(t.mill, "harbor.test", name)).status).toBe(404);
    expect((await t.api("DELETE", "/api/v1/domains/harbor.test", { key, tenant: t.mill })).status).toBe(404);
    expect((await domains(t.mill)).map(({ id }) => id)).not.toContain("harbor.test");
  });

  test("the operators' own host cannot be claimed, and no more than ten names wait", async () => {
    expect((await claim(t.mill, "admin.test")).status).toBe(422);
    for (let index = 0; index < 12; index += 1) await claim(t.mill, `name${index}.example`);
    const many = await claim(t.mill, "onemore.example");
    expect([many.status, many.body.errors[0].code]).toEqual([409, "too_many_claims"]);
  });
});

test("an operator gives a name without a proof, and takes it away", async () => {
  const add = await host.api("POST", `/tenants/${t.mill.id}/domains`, {
    data: { type: "domains", attributes: { domain: "given.example" } },
  });
  expect(add.status).toBe(201);
  expect(await leadsTo("given.example")).toEqual({ domain_tenant_id: t.mill.id });
  const taken = await host.api("POST", `/tenants/${t.harbor.id}/domains`, {
    data: { type: "domains", attributes: { domain: "given.example" } },
  });
  expect(taken.status).toBe(422);
  expect((await host.api("DELETE", `/tenants/${t.mill.id}/domains/given.example`)).status).toBe(204);
  expect(await leadsTo("given.example")).toBeUndefined();
});
