import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { oauthGrants } from "../../platform/access/oauth.ts";
import { perform } from "../../platform/action.ts";
import { inUnit } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { createApiKey } from "../staff/keys.ts";
import { createClient } from "./clients.ts";

/** What programs may do here at all: every app's access and every key, for whoever has to answer for it. */

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

async function grantFor(userId: string): Promise<string> {
  const { client } = await perform(await t.harbor.as("administrator"), createClient, {
    name: "Wall board",
    scopes: ["companies.read"],
    redirect_uris: ["https://board.example/cb"],
    is_confidential: false,
  });
  return inUnit(t.harbor.system, async (work) => {
    const given = { client_id: client.id, user_id: userId, scopes: ["companies.read"] };
    return (await insert(work, oauthGrants, given)).id;
  });
}

test("an administrator sees who allowed which app what, on a page and over the API, and takes it away", async () => {
  const sam = await makeStaff(t.harbor, "technician", "Sam Tech");
  const [first, second] = [await grantFor(sam.id), await grantFor(sam.id)];
  const robin = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  const list = await robin.open("/settings/app-access");
  for (const word of ["Wall board", "Sam Tech"]) expect(list.text).toContain(word);
  await robin.open(`/settings/app-access/${first}`);
  expect((await robin.submit(`/settings/app-access/${first}/revoke`)).text).toContain("has no access any more");

  const key = await t.harbor.key("administrator");
  const { body } = await t.api("GET", "/api/v1/oauth-grants", { key });
  expect(body.data).toHaveLength(1);
  expect(body.data[0]).toMatchObject({
    id: second,
    attributes: { app_name: "Wall board", user_name: "Sam Tech", scopes: ["companies.read"], last_used_at: null },
  });
  expect((await t.api("DELETE", `/api/v1/oauth-grants/${second}`, { key })).status).toBe(204);
  expect((await t.api("GET", "/api/v1/oauth-grants", { key })).body.data).toEqual([]);
  expect((await t.api("DELETE", `/api/v1/oauth-grants/${second}`, { key })).status).toBe(404);
});

test("every API key is listed with its owner, and revoked", async () => {
  const sam = await makeStaff(t.harbor, "technician", "Sam Tech");
  const made = await perform(await t.harbor.actorContext(sam.id), createApiKey, {
    name: "Script",
    scopes: ["companies.read"],
  });
  const key = await t.harbor.key("administrator");
  const { body } = await t.api("GET", "/api/v1/staff/api-keys", { key });
  const row = body.data.find(({ id }: { id: string }) => id === made.id);
  expect(row.attributes).toMatchObject({ name: "Script", user_id: sam.id, user_name: "Sam Tech", revoked_at: null });
  expect(JSON.stringify(body)).not.toContain(made.key);
  expect((await t.api("DELETE", `/api/v1/staff/api-keys/${made.id}`, { key })).status).toBe(204);
  expect((await t.api("GET", "/api/v1/companies", { key: made.key })).status).toBe(401);
});

test("long overviews come in pages, in order, and can be searched", async () => {
  const sam = await makeStaff(t.harbor, "technician", "Lena Long");
  const as = await t.harbor.actorContext(sam.id);
  for (const name of ["Long C", "Long A", "Long B"])
    await perform(as, createApiKey, { name, scopes: ["companies.read"] });
  const grants = [await grantFor(sam.id), await grantFor(sam.id)];
  const key = await t.harbor.key("administrator");
  /** Everything of a list, two at a time. */
  const all = async (path: string): Promise<{ id: string; attributes: Record<string, unknown> }[]> => {
    const found = [];
    for (let url: string | null = `${path}?page[size]=2`; url !== null;) {
      const { body } = await t.api("GET", url, { key });
      expect(body.data.length).toBeLessThanOrEqual(2);
      found.push(...body.data);
      url = body.links.next;
    }
    return found;
  };
  const own = await all(`/api/v1/users/${sam.id}/api-keys`);
  expect(own.map(({ attributes }) => attributes["name"])).toEqual(["Long A", "Long B", "Long C"]);
  const keys = (await all("/api/v1/staff/api-keys")).map(({ id }) => id);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toEqual(expect.arrayContaining(own.map(({ id }) => id)));
  expect((await all("/api/v1/oauth-grants")).map(({ id }) => id)).toEqual(expect.arrayContaining(grants));
  expect((await all("/api/v1/oauth-clients")).length).toBeGreaterThanOrEqual(2);
  for (const path of ["oauth-clients", "oauth-grants", "staff/api-keys", "api-keys"])
    expect((await t.api("GET", `/api/v1/${path}?page[size]=0`, { key })).body.errors[0].source.parameter).toBe(
      "page[size]",
    );

  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  const found = await browser.open("/settings/api-keys?q=lena&sort=-name");
  expect(found.text).toMatch(/Long C[^]*Long B[^]*Long A/);
  expect(found.text).not.toContain("Sam Tech");
  expect((await browser.open("/settings/api-keys?q=lena&state=revoked")).text).toContain("Nothing matches");
  expect((await browser.open("/settings/apps?q=wall")).text).toContain("Wall board");
  expect((await browser.open("/settings/app-access?q=lena&sort=app_name")).text).toContain("Lena Long");
});

test("a technician sees neither, and Mill IT nothing of Harbor's", async () => {
  const sam = await makeStaff(t.harbor, "technician");
  const grant = await grantFor(sam.id);
  const technician = await t.harbor.key("technician");
  for (const path of ["oauth-grants", "staff/api-keys"])
    expect((await t.api("GET", `/api/v1/${path}`, { key: technician })).status).toBe(403);
  const mill = await t.mill.key("administrator");
  expect((await t.api("GET", "/api/v1/oauth-grants", { key: mill, tenant: t.mill })).body.data).toEqual([]);
  expect((await t.api("DELETE", `/api/v1/oauth-grants/${grant}`, { key: mill, tenant: t.mill })).status).toBe(404);
});
