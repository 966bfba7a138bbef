import { afterAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { newDataDir, type RunningBinary } from "./support/binary.ts";
import { type Installation, newInstallation } from "./support/installation.ts";
import { waitFor } from "./support/waiting.ts";

/** The compiled program with two organizations and an operator: what the pages and the command line promise, from outside. */

const password = "seven lanterns over tide";
let one: Installation | undefined;
let server: RunningBinary | undefined;

afterAll(async () => {
  await server?.kill9().catch(() => undefined);
  await one?.close();
});

const json = { "content-type": "application/vnd.api+json" };

/** A request to a host of the one server. */
function ask(host: string, path: string, key: string | null, init: RequestInit = {}): Promise<Response> {
  return fetch(`${one?.url ?? ""}${path}`, {
    redirect: "manual",
    ...init,
    headers: { ...json, ...(key === null ? {} : { authorization: `Bearer ${key}` }), host, ...init.headers },
  });
}

async function organization(name: string, domain: string): Promise<string> {
  const made = await one?.cli(["tenant", "create", "--name", name, "--domain", domain, "--url", `http://${domain}`]);
  expect(made?.stdout).toContain(`http://${domain}/setup/start/`);
  const admin = await one?.cli(
    [
      "admin",
      "create",
      "--tenant",
      domain,
      "--email",
      `dana@${domain}`,
      "--name",
      "Dana",
      "--password-file",
      "-",
      "--api-key",
    ],
    `${password}\n`,
  );
  expect([admin?.code, admin?.stderr]).toEqual([0, ""]);
  return admin?.stdout.trim() ?? "";
}

test("an organization is provisioned, suspended, activated, exported and deleted while the server runs", async () => {
  one = await newInstallation({ env: { PURSER_ADMIN_URL: "http://admin.test" } });
  const harbor = await organization("Harbor IT", "harbor.test");
  const mill = await organization("Mill IT", "mill.test");
  const again = await one.cli(["tenant", "create", "--name", "Harbor IT", "--domain", "harbor.test"]);
  expect([again.code, again.stdout]).toEqual([0, ""]);
  const reserved = await one.cli(["tenant", "create", "--name", "Thief", "--domain", "admin.test"]);
  expect([reserved.code, reserved.stderr]).toEqual([1, expect.stringContaining("where operators work")]);
  const operator = await one.cli(
    ["operator", "create", "--email", "olga@operators.test", "--name", "Olga", "--password-file", "-", "--api-key"],
    `${password}\n`,
  );
  const olga = operator.stdout.trim();
  expect(olga).toMatch(/^pq_[0-9a-f]{32}_[\w-]{43}$/);

  server = await one.start();
  // Each host has its own: the operators' pages and API, and the organization's.
  expect((await ask("admin.test", "/sign-in", null)).status).toBe(200);
  expect((await ask("admin.test", "/api/v1/tenants", olga)).status).toBe(200);
  expect((await ask("admin.test", "/api/v1/companies", olga)).status).toBe(404);
  expect((await ask("admin.test", "/api/v1/tenants", harbor)).status).toBe(401);
  expect((await ask("harbor.test", "/api/v1/tenants", harbor)).status).toBe(404);
  expect((await ask("harbor.test", "/api/v1/companies", olga)).status).toBe(401);
  expect((await ask("harbor.test", "/api/v1/companies", harbor)).status).toBe(200);
  expect((await ask("nobody.test", "/", null)).status).toBe(404);

  // A proxy asks for whom it may get a certificate; nobody else is told.
  const tls = async (name: string, headers = {}) =>
    (await ask("127.0.0.1", `/internal/tls-allowed?domain=${name}`, null, { headers })).status;
  expect(await tls("harbor.test")).toBe(200);
  expect(await tls("admin.test")).toBe(200);
  expect(await tls("nobody.test")).toBe(404);
  expect(await tls("harbor.test", { "x-forwarded-for": "203.0.113.9" })).toBe(404);

  const suspended = await one.cli([
    "tenant",
    "suspend",
    "harbor.test",
    "--reason",
    "unpaid",
    "--message",
    "Call 555 0100.",
  ]);
  expect([suspended.code, suspended.stderr]).toEqual([0, ""]);
  const page = await ask("harbor.test", "/sign-in", null);
  const text = await page.text();
  expect([page.status, text.includes("Call 555 0100."), text.includes("unpaid")]).toEqual([503, true, false]);
  const refused = await ask("harbor.test", "/api/v1/companies", harbor);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "3600"]);
  expect(await refused.json()).toMatchObject({ errors: [{ code: "suspended" }] });
  const hook = await ask("harbor.test", "/hooks/stripe/01a00000-0000-7000-8000-000000000001", null, {
    method: "POST",
    body: "{}",
  });
  expect(hook.status).toBe(503);
  expect((await ask("mill.test", "/api/v1/companies", mill)).status).toBe(200);

  expect((await one.cli(["tenant", "activate", "harbor.test"])).code).toBe(0);
  expect((await ask("harbor.test", "/api/v1/companies", harbor)).status).toBe(200);

  // Deleted only when suspended, named and exported; the running server does the work.
  await one.cli(["tenant", "suspend", "harbor.test", "--reason", "left us"]);
  const { data } = (await (await ask("admin.test", "/api/v1/tenants?filter[name]=Harbor%20IT", olga)).json()) as {
    data: { id: string }[];
  };
  const id = data[0]?.id ?? "";
  const body = JSON.stringify({ data: { type: "tenants", id, attributes: { confirm_name: "Harbor IT" } } });
  const early = await ask("admin.test", `/api/v1/tenants/${id}`, olga, { method: "DELETE", body });
  expect(await early.json()).toMatchObject({ errors: [{ code: "not_exported" }] });
  const file = `${newDataDir()}/harbor.tar.zst`;
  const exported = await one.cli(["tenant", "export", "harbor.test", file]);
  expect([exported.code, exported.stderr]).toEqual([0, `Everything of Harbor IT is in ${file}.\n`]);
  expect((await one.cli(["tenant", "export", "harbor.test", file])).code).toBe(73);
  expect((await one.cli(["tenant", "show", "HARBOR.Test."])).stdout).toContain("name: Harbor IT");
  expect((await readFile(file)).subarray(0, 4)).toEqual(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  expect((await ask("admin.test", `/api/v1/tenants/${id}`, olga, { method: "DELETE", body })).status).toBe(202);
  await waitFor(
    "the organization to be gone",
    async () => ((await ask("admin.test", `/api/v1/tenants/${id}`, olga)).status === 404 ? true : undefined),
    { timeoutMs: 110_000, everyMs: 250 },
  );
  expect((await one.cli(["tenant", "list"])).stdout).not.toContain("Harbor IT");
  expect((await ask("mill.test", "/api/v1/companies", mill)).status).toBe(200);
  expect(await server.stop()).toBe(0);

  // What the node had counted was written when it stopped.
  const usage = await one.cli(["tenant", "usage", "mill.test", "--json"]);
  expect(JSON.parse(usage.stdout)).toMatchObject([{ request_count: 2 }]);
}, 120_000);
