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
