import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../../tests/support/desk.ts";
import { browserHeaders } from "../../../../tests/support/everything.ts";
import { browserOf, makeStaff, password, type Person } from "../../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { codeOf, codesOn, secretOn, setUpTwoSteps } from "../../../../tests/support/second-step.ts";
import { perform } from "../../../platform/action.ts";
import { reading } from "../../../platform/context.ts";
import { moduleRoutes } from "../../../platform/http/module-routes.ts";
import { updateRole } from "../roles.ts";

/** A role that requires a second step from now on holds for whoever is signed in already. */

let t: TestProgram;
let admin: Person;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
});
afterAll(() => t.close());

const required = new Set<string>();
async function require(role: string, is_mfa_required = true): Promise<void> {
  const { id } = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("roles").select("id").where("role_key", "=", role).executeTakeFirstOrThrow(),
  );
  await perform(await t.harbor.actorContext(admin.id), updateRole, { id, is_mfa_required });
  required.add(role);
}
afterEach(async () => {
  for (const role of required) await require(role, false);
  required.clear();
});

const tokenOf = async (person: Person): Promise<string> => {
  const { body } = await t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email: person.email, password } } },
  });
  return body.data.attributes.access_token;
};
const outcome = ({ status, body }: ApiAnswer): [number, string] => [status, body.errors?.[0].code ?? ""];

test("the next request of an open session leads to the set-up, and from there to where it was going", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const browser = await browserOf(t, person);
  await require("technician");
  const held = await browser.open("/tickets?status=open");
  expect(held.url).toBe("/account/two-step?next=%2Ftickets%3Fstatus%3Dopen");
  expect(held.text).toContain("Your role requires it from now on");
  expect(held.html).not.toContain('href="/companies"');
  const begun = await browser.submit("/account/two-step/start?next=%2Ftickets%3Fstatus%3Dopen");
  const wrong = await browser.submit("/account/two-step?next=%2Ftickets%3Fstatus%3Dopen", { code: "000000" });
  expect([wrong.status, wrong.text.includes("This code is not right")]).toEqual([422, true]);
  const code = codeOf(t, secretOn(begun.html));
  const done = await browser.submit("/account/two-step?next=%2Ftickets%3Fstatus%3Dopen", { code });
  expect(codesOn(done.html)).toHaveLength(10);
  expect(done.html.replaceAll("&#x3D;", "=")).toContain('href="/tickets?status=open"');
  expect((await browser.open("/tickets")).url).toBe("/tickets");
});

test("the sessions that have shown no second step end when one of them sets it up", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const [browser, other, program] = [await browserOf(t, person), await browserOf(t, person), await tokenOf(person)];
  await require("technician");
  await browser.open("/");
  const begun = await browser.submit("/account/two-step/start?next=%2F");
  await browser.submit("/account/two-step?next=%2F", { code: codeOf(t, secretOn(begun.html)) });
  expect((await browser.open("/tickets")).url).toBe("/tickets");
  expect((await other.open("/tickets")).url).toBe("/sign-in?next=%2Ftickets");
  expect(outcome(await t.api("GET", "/api/v1/tickets", { key: program }))).toEqual([401, "session_ended"]);
});

test("no route lets such a session in that is not about the second step, or the way out", async () => {
  const open = [
    "GET /account/two-step",
    "POST /account/two-step",
    "GET /account/two-step/start",
    "POST /account/two-step/start",
    "POST /sign-out",
    "GET /api/v1/auth/mfa",
    "POST /api/v1/auth/mfa/setup",
    "POST /api/v1/auth/mfa/verify",
    "POST /api/v1/auth/logout",
  ];
  const client = await makeClient(t, "Prairie Printing");
  const staff = await browserHeaders(t, await t.harbor.as("technician"));
  const portal = await browserHeaders(t, client.portal);
  await require("technician");
  await require("client_admin");
  await require("client_user");
  const letIn: string[] = [];
  for (const { method, path, door } of moduleRoutes(t.app.registry)) {
    if (door !== "staff" && door !== "portal" && door !== "api") continue;
    const isPortal = door === "portal" || path.startsWith("/api/v1/portal/");
    const name = `${method} ${path.replace(/^(\/api\/v1)?\/portal\//, "$1/")}`;
    const at = path.replaceAll(/:\w+/g, crypto.randomUUID());
    if (open.includes(name)) continue;
    const answer = await t.fetch(at, { method, headers: isPortal ? portal : staff });
    const text = await answer.text();
    const isHeld =
      door === "api"
        ? answer.status === 401 && text.includes('"mfa_setup_required"')
        : answer.headers.get("location")?.startsWith(isPortal ? "/portal/account/two-step" : "/account/two-step");
    if (isHeld !== true) letIn.push(`${answer.status} ${name}`);
  }
  expect(letIn).toEqual([]);
});

test("programs that signed in are told, and can set it up; API keys go on", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const key = await tokenOf(person);
  const apiKey = await t.harbor.key("technician");
  await require("technician");
  expect(outcome(await t.api("GET", "/api/v1/tickets", { key }))).toEqual([401, "mfa_setup_required"]);
  expect((await t.api("GET", "/api/v1/tickets", { key: apiKey })).status).toBe(200);
  expect((await t.api("GET", "/api/v1/auth/mfa", { key })).body.data.attributes.is_required).toBe(true);
  const send = (attributes: object): { key: string; body: object } => ({
    key,
    body: { data: { type: "mfa", attributes } },
  });
  const { secret } = (await t.api("POST", "/api/v1/auth/mfa/setup", send({}))).body.data.attributes;
  const done = await t.api("POST", "/api/v1/auth/mfa/verify", send({ code: codeOf(t, secret) }));
  expect(done.body.data.attributes.recovery_codes).toHaveLength(10);
  expect((await t.api("GET", "/api/v1/tickets", { key })).status).toBe(200);
});

test("a live stream ends at once, and is told not to begin again", async () => {
  const headers = await browserHeaders(t, await t.harbor.as("technician"));
  const stream = await t.fetch("/live?topics=tickets", { headers });
  const reader = stream.body?.getReader();
  await reader?.read();
  await require("technician");
  expect((await reader?.read())?.done).toBe(true);
  const again = await t.fetch("/live?topics=tickets", { headers: { ...headers, accept: "text/event-stream" } });
  expect(again.status).toBe(204);
});

test("whoever has a second step already is not held", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const browser = await browserOf(t, person);
  await setUpTwoSteps(t, browser);
  await require("technician");
  expect((await browser.open("/tickets")).url).toBe("/tickets");
});
