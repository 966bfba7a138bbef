import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit } from "../../platform/context.ts";
import { setRoles } from "../staff/index.ts";

let t: TestProgram;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

describe("the pages of clients", () => {
  test("have each button on each of their tabs for whoever may do what it does", async () => {
    const role = (permissions: string[]): Promise<ApiAnswer> =>
      t.api("POST", "/api/v1/roles", {
        key: admin,
        body: { data: { type: "roles", attributes: { name: Bun.randomUUIDv7(), permissions } } },
      });
    const buttonsOf = async (permissions: string[], path: string): Promise<string[]> => {
      const made = await role(["companies.read", ...permissions]);
      const person = await makeStaff(t.harbor, "technician");
      await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [made.body.data.id]));
      const browser = await browserOf(t, person);
      const shown: string[][] = [];
      for (const tab of ["", "/notes", ...(path.startsWith("/sites") ? [] : ["/activity"])]) {
        const { html } = await browser.open(path + tab);
        shown.push(
          ["/tickets/new?company_id", "/edit", "/merge", "/archive", "/delete"].filter((one) =>
            new RegExp(`(href|action|formaction)="[^"]*${one.replace("?", "\\?")}`).test(html),
          ),
        );
      }
      const [first = [], ...others] = shown;
      for (const other of others) expect([path, other]).toEqual([path, first]);
      return first;
    };
    const client = await makeClient(t, "Button Mill");
    const own = [
      `/companies/${client.company_id}`,
      `/contacts/${client.contact_id}`,
      `/sites/${(await t.api("POST", "/api/v1/sites", { key: admin, body: { data: { type: "sites", attributes: { name: "Here", company_id: client.company_id } } } })).body.data.id}`,
    ];
    for (const path of own) {
      expect([path, await buttonsOf([], path)]).toEqual([path, []]);
      expect([path, await buttonsOf(["companies.merge"], path)]).toEqual([path, ["/merge"]]);
      expect([path, await buttonsOf(["companies.write"], path)]).toEqual([path, ["/edit", "/archive"]]);
    }
    for (const path of own.slice(0, 2))
      expect([path, await buttonsOf(["tickets.read", "tickets.write"], path)]).toEqual([
        path,
        ["/tickets/new?company_id"],
      ]);
    expect((await t.api("POST", `/api/v1${own[0]}/archive`, { key: admin })).status).toBe(200);
    expect(await buttonsOf(["companies.delete"], own[0] ?? "")).toEqual(["/delete"]);
  });

  test("lead from a site to all who are there", async () => {
    const client = await makeClient(t, "Crowded Mill");
    const make = async (type: string, attributes: Record<string, unknown>): Promise<string> =>
      (await t.api("POST", `/api/v1/${type}`, { key: admin, body: { data: { type, attributes } } })).body.data.id;
    const site_id = await make("sites", { name: "Upstairs", company_id: client.company_id });
    for (let number = 0; number < 12; number += 1)
      await make("contacts", { first_name: `Person ${number}`, company_id: client.company_id, site_id });
    const browser = await signedIn(t, await t.harbor.as("technician"));
    expect((await browser.open(`/sites/${site_id}`)).html).toContain(`/contacts?site&#x3D;${site_id}`);
    const list = await browser.open(`/contacts?site=${site_id}`);
    expect(list.text.match(/Person \d+/g)).toHaveLength(12);
    expect([list.text.includes("Ana of Crowded Mill"), list.text.includes("Crowded Mill: Upstairs")]).toEqual([
      false,
      true,
    ]);
  });
});
