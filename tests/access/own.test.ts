import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Ctx } from "../../src/platform/context.ts";
import { browserHeaders, type Everything, type Headers, keyHeaders, makeEverything } from "../support/everything.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";
import { makeColleague } from "../support/desk.ts";
import { makeStaff } from "../support/people.ts";
import { limitedKeys, type OwnRequest, ownOfClients, ownOfStaff, statusOf } from "./own.ts";
import { recordsOf } from "./records.ts";

/** What is somebody's own is nobody else's: not of those who may do everything, nor of a colleague, by its real address. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

/** The status of each of these requests, by its real address. */
async function statuses(
  own: ReadonlyMap<string, OwnRequest>,
  headers: Headers,
  tenant = t.harbor,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, request] of own) found[name] = await statusOf(t, name, request, e.ids, headers, tenant);
  return found;
}

const all = (own: ReadonlyMap<string, OwnRequest>, status: number): Record<string, number> =>
  Object.fromEntries([...own.keys()].map((name) => [name, status]));

/** What signing in and being let in writes of whoever asks. */
const personal = ["audit_log", "events", "event_deliveries", "sessions", "users"];

describe("what is a person's of the staff", () => {
  test("is not there for another administrator, for a colleague, or for another organization's, and stays as it was", async () => {
    const { id } = await makeStaff(t.harbor, "administrator");
    const others: [string, Ctx][] = [
      ["another administrator", await t.harbor.actorContext(id)],
      ["a manager", await t.harbor.as("manager")],
      ["another organization's", await t.mill.as("administrator")],
    ];
    for (const [name, who] of others) {
      const tenant = who.tenant.id === t.mill.id ? t.mill : t.harbor;
      const headers = await browserHeaders(t, who);
      const before = await recordsOf(t, ["audit_log", "events", "event_deliveries"]);
      const found = await statuses(ownOfStaff, headers, tenant);
      expect({ name, found }).toEqual({ name, found: all(ownOfStaff, 404) });
      expect(await recordsOf(t, ["audit_log", "events", "event_deliveries"])).toEqual(before);
    }
  });

  test("is there for the person, by the same addresses", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("administrator"));
    const found = Object.entries(await statuses(ownOfStaff, headers));
    // What was taken away a line before is gone, and then it says so.
    const gone = new Set([
      "POST /api/v1/bulk/:id/undo",
      "DELETE /api/v1/auth/sessions/:id",
      "PATCH /api/v1/auth/sessions/:id",
      "PATCH /api/v1/auth/passkeys/:id",
      "DELETE /api/v1/auth/passkeys/:id",
      "DELETE /api/v1/auth/apps/:id",
      "DELETE /api/v1/api-keys/:id",
    ]);
    expect(found.filter(([name, status]) => !gone.has(name) && status >= 400)).toEqual([]);
  });
});

describe("what is a client's person's", () => {
  test("is not there for a colleague, for another client, or for the staff, and stays as it was", async () => {
    const { company_id } = e.client.actor;
    const others: [string, Ctx][] = [
      ["a colleague", await makeColleague(t, company_id ?? "", "client_admin")],
      ["another client", e.otherClient],
    ];
    for (const [name, who] of others) {
      const headers = await browserHeaders(t, who);
      const before = await recordsOf(t, personal);
      expect({ name, found: await statuses(ownOfClients, headers) }).toEqual({ name, found: all(ownOfClients, 404) });
      expect(await recordsOf(t, personal)).toEqual(before);
    }
    const staff = await browserHeaders(t, await t.harbor.as("administrator"));
    const before = await recordsOf(t, personal);
    const found = Object.entries(await statuses(ownOfClients, staff));
    expect(found.filter(([, status]) => ![303, 401, 403, 404].includes(status))).toEqual([]);
    expect(await recordsOf(t, personal)).toEqual(before);
  });

  test("is there for the person, by the same addresses", async () => {
    const found = Object.entries(await statuses(ownOfClients, await browserHeaders(t, e.client)));
    expect(found.filter(([name, status]) => !name.includes("/api/") && status >= 400)).toEqual([]);
  });

  test("is not a colleague's of the lesser role to answer: nothing is added to the requests of others", async () => {
    const headers = await browserHeaders(t, e.colleague);
    const ticket = e.ids["tickets"] ?? "";
    const before = await recordsOf(t, personal);
    const page = await t.fetch(`/portal/tickets/${ticket}/notes`, {
      method: "POST",
      headers,
      body: new URLSearchParams({ content: "Let me in" }),
    });
    const note = await t.api("POST", `/api/v1/portal/tickets/${ticket}/notes`, {
      headers,
      body: { data: { type: "ticket_notes", attributes: { content: "Let me in" } } },
    });
    const file = await t.api("POST", `/api/v1/portal/tickets/${ticket}/attachments`, {
      headers,
      body: { data: { type: "ticket_attachments", attributes: { file_name: "x.txt", content: btoa("x") } } },
    });
    expect([page.status, note.status, file.status]).toEqual([404, 404, 404]);
    expect(await recordsOf(t, personal)).toEqual(before);
  });
});

describe("a key with some permissions only", () => {
  test("gets in by the API's routes that ask for none as the table says, to its own person's records", async () => {
    const routes = moduleRoutes(t.app.registry).filter(({ door, permission }) => door === "api" && permission === null);
    expect([...limitedKeys.values()].flatMap((own) => [...own.keys()]).toSorted()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
    const headers = await keyHeaders(t.harbor, "administrator", ["companies.read"]);
    const before = await recordsOf(t, ["audit_log", "events", "event_deliveries", "api_keys"]);
    for (const [status, own] of limitedKeys)
      expect({ status, found: await statuses(own, headers) }).toEqual({ status, found: all(own, status) });
    expect(await recordsOf(t, ["audit_log", "events", "event_deliveries", "api_keys"])).toEqual(before);
  });

  test("reads of what it is told only what it may read, and sees the reports of what it could have done", async () => {
    const [some, whole] = [
      await keyHeaders(t.harbor, "administrator", ["tickets.read", "tickets.write"]),
      await keyHeaders(t.harbor, "administrator"),
    ];
    const narrow = await keyHeaders(t.harbor, "administrator", ["companies.read", "companies.write"]);
    for (const [path, own] of [
      ["/api/v1/notifications/:id", ownOfStaff.get("GET /api/v1/notifications/:id")],
      ["/api/v1/bulk/:id", ownOfStaff.get("GET /api/v1/bulk/:id")],
    ] as const) {
      const ask = (headers: Headers): Promise<number> =>
        statusOf(t, `GET ${path}`, own ?? { type: null, fields: {} }, e.ids, headers, t.harbor);
      expect([path, await ask(narrow), await ask(some), await ask(whole)]).toEqual([path, 404, 200, 200]);
    }
    const subjects = async (headers: Headers): Promise<unknown[]> =>
      (await t.api("GET", "/api/v1/notifications", { headers })).body.data;
    expect([(await subjects(narrow)).length, (await subjects(some)).length]).toEqual([0, 1]);
  });
});
