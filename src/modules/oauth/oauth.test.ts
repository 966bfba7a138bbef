import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answered, callback, type OauthDesk, oauthDesk, query } from "../../../tests/support/oauth.ts";
import { browserOf, makeStaff, password, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { readToken } from "../../platform/access/tokens.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { revokeClient, rotateSecret, updateClient } from "./clients.ts";
import { revokeAnyGrant } from "./grants.ts";
import { oauthJobs } from "./jobs.ts";

let t: TestProgram;
let sam: Person;
let { appOf, decide, codeFor, send, exchange, refresh, companies } = {} as OauthDesk;

beforeAll(async () => {
  t = await startTestProgram();
  sam = await makeStaff(t.harbor, "technician", "Sam Tech");
  ({ appOf, decide, codeFor, send, exchange, refresh, companies } = oauthDesk(t, sam));
});
afterAll(() => t.close());

describe("an app asks a person", () => {
  test("in plain words, after sign-in, and gets a code that it changes for tokens", async () => {
    const app = await appOf();
    const browser = t.browser();
    const door = await browser.open(`/oauth/authorize?${query(app.id)}`);
    expect(door.url).toStartWith("/sign-in?next=%2Foauth%2Fauthorize");
    const page = await browser.submit("/sign-in", { email: sam.email, password });
    expect(page.text).toContain("Allow Reporting Tool?");
    expect(page.text).toContain("You are then sent to reports.test.");
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https://reports.test");
    const to = await decide(browser, app.id, "allow");
    expect([to.origin + to.pathname, to.searchParams.get("state"), to.searchParams.get("iss")]).toEqual([
      callback,
      "xyz",
      "http://harbor.test",
    ]);
    const tokens = await exchange(app, to.searchParams.get("code") ?? "");
    expect(tokens.body).toMatchObject({ token_type: "Bearer", expires_in: 900, scope: "companies.read" });
    expect((await companies(tokens.body.access_token)).status).toBe(200);
    expect((await companies(tokens.body.access_token, "POST")).status).toBe(403);
    expect(readToken(tokens.body.access_token)?.tenantId).toBe(t.harbor.id);
    t.clock.advance(900_000);
    expect((await companies(tokens.body.access_token)).status).toBe(401);
  });

  test("and is told when the person says no", async () => {
    const app = await appOf();
    const to = await decide(await browserOf(t, sam), app.id, "deny");
    expect(to.searchParams.get("error")).toBe("access_denied");
    expect(to.searchParams.has("code")).toBe(false);
  });

  test("and sends nobody to an address that is not registered letter by letter", async () => {
    const app = await appOf();
    const browser = await browserOf(t, sam);
    for (const redirect_uri of [
      "https://evil.test/callback",
      `${callback}/`,
      `${callback}?x=1`,
      "https://reports.test/callback/../x",
      "HTTPS://reports.test/callback",
      "",
    ]) {
      const answer = await browser.open(`/oauth/authorize?${query(app.id, { redirect_uri })}`);
      expect({ redirect_uri, status: answer.status }).toEqual({ redirect_uri, status: 400 });
    }
    const unknown = await browser.open(`/oauth/authorize?${query("0193c2f4-5a6b-7c8d-9e0f-112233445566")}`);
    expect(unknown.status).toBe(400);
    const twice = await browser.open(`/oauth/authorize?${query(app.id)}&redirect_uri=https%3A%2F%2Fevil.test`);
    expect(twice.status).toBe(400);
  });

  test("with PKCE by S256, within its scopes, for a code", async () => {
    const app = await appOf();
    const { cookies } = await browserOf(t, sam);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const errorOf = async (more: Record<string, string>): Promise<string | null> => {
      const answer = await t.fetch(`/oauth/authorize?${query(app.id, more)}`, { headers: { cookie } });
      return new URL(answer.headers.get("location") ?? "about:blank").searchParams.get("error");
    };
    expect(await errorOf({ code_challenge: "" })).toBe("invalid_request");
    expect(await errorOf({ code_challenge_method: "plain" })).toBe("invalid_request");
    expect(await errorOf({ code_challenge_method: "" })).toBe("invalid_request");
    expect(await errorOf({ response_type: "token" })).toBe("unsupported_response_type");
    expect(await errorOf({ scope: "companies.read billing.write" })).toBe("invalid_scope");
  });

  test("and can never do more than the person, nor more than it was registered for", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id, { scope: "companies.read staff.manage" }));
    expect((await companies(body.access_token)).status).toBe(200);
    expect((await t.api("GET", "/api/v1/users", { key: body.access_token })).status).toBe(403);
    await perform(await t.harbor.as("administrator"), updateClient, { id: app.id, scopes: ["staff.manage"] });
    expect((await companies(body.access_token)).status).toBe(403);
  });
});

describe("a code", () => {
  test("works once, also of two uses at the same moment; shown again later, it ends what was given for it", async () => {
    const app = await appOf();
    const code = await codeFor(app.id);
    const answers = await Promise.all([exchange(app, code), exchange(app, code)]);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    const fresh = await codeFor(app.id);
    const { body } = await exchange(app, fresh);
    expect((await companies(body.access_token)).status).toBe(200);
    const again = await exchange(app, fresh);
    expect([again.status, again.body.error]).toEqual([400, "invalid_grant"]);
    expect((await companies(body.access_token)).status).toBe(401);
    expect((await refresh(app, body.refresh_token)).status).toBe(400);
  });

  test("works for a minute, for its client, its address and its verifier, and in its organization", async () => {
    const [app, other] = [await appOf(), await appOf({ name: "Other Tool" })];
    const late = await codeFor(app.id);
    t.clock.advance(60_000);
    expect((await exchange(app, late)).body.error).toBe("invalid_grant");
    expect((await exchange(other, await codeFor(app.id))).body.error).toBe("invalid_grant");
    const wrongUri = await exchange(app, await codeFor(app.id), { redirect_uri: "https://reports.test/other" });
    expect(wrongUri).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const guessed = await codeFor(app.id);
    expect((await exchange(app, guessed, { code_verifier: "a".repeat(43) })).body.error).toBe("invalid_grant");
    // A wrong verifier has used the code up, so that nobody can go on guessing.
    expect((await exchange(app, guessed)).body.error).toBe("invalid_grant");
    const { code_verifier: _none, ...without } = { code_verifier: "" };
    expect((await exchange(app, await codeFor(app.id), { ...without, code_verifier: "" })).status).toBe(400);
    const elsewhere = await send(
      "/oauth/token",
      { grant_type: "authorization_code", code: await codeFor(app.id), client_id: app.id, client_secret: app.secret },
      t.mill,
    );
    expect([elsewhere.status, elsewhere.body.error]).toEqual([401, "invalid_client"]);
  });
});

describe("a client", () => {
  test("proves itself by its secret; a public one has none and uses PKCE alone", async () => {
    const app = await appOf();
    const code = await codeFor(app.id);
    expect((await exchange({ id: app.id }, code)).status).toBe(401);
    expect((await exchange({ id: app.id, secret: "wrong" }, code)).status).toBe(401);
    const open = await appOf({ is_confidential: false });
    expect(open.secret).toBe("");
    expect((await exchange({ id: open.id, secret: "made-up" }, await codeFor(open.id))).status).toBe(401);
    expect((await exchange({ id: open.id }, await codeFor(open.id))).status).toBe(200);
    const rotated = await perform(await t.harbor.as("administrator"), rotateSecret, { id: app.id });
    expect((await exchange(app, await codeFor(app.id))).status).toBe(401);
    expect((await exchange({ id: app.id, secret: rotated.secret }, await codeFor(app.id))).status).toBe(200);
    const stored = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("oauth_clients").selectAll().where("id", "=", app.id).execute(),
    );
    expect(JSON.stringify(stored)).not.toContain(rotated.secret.slice(-20));
  });

  test("acts by itself with its own scopes when it may, and under its own name", async () => {
    const app = await appOf({ is_service: true, redirect_uris: [], scopes: ["companies.read", "companies.write"] });
    const grant = { grant_type: "client_credentials", client_id: app.id, client_secret: app.secret };
    const { status, body } = await send("/oauth/token", grant);
    expect([status, body.scope, body.refresh_token]).toEqual([200, "companies.read companies.write", undefined]);
    const made = await companies(body.access_token, "POST");
    expect(made.status).toBe(201);
    expect((await t.api("GET", "/api/v1/users", { key: body.access_token })).status).toBe(403);
    const [entry] = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select(["actor_name"]).where("entity_id", "=", made.body.data.id).execute(),
    );
    expect(entry?.actor_name).toBe("Reporting Tool");
    expect((await send("/oauth/token", { ...grant, scope: "staff.manage" })).body.error).toBe("invalid_scope");
    // Its account is nobody's: it is renamed with the app, and stands neither among the staff nor may be made one of them.
    const admin = await t.harbor.key("administrator");
    await perform(await t.harbor.as("administrator"), updateClient, { id: app.id, name: "Reporting Tool 2" });
    const account = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("users").select(["id", "name"]).where("title", "=", "App").orderBy("id", "desc").executeTakeFirst(),
    );
    expect(account?.name).toBe("Reporting Tool 2");
    const staff = await (await browserOf(t, await makeStaff(t.harbor, "administrator"))).open("/settings/staff");
    expect([staff.status, staff.text.includes("Reporting Tool")]).toEqual([200, false]);
    const taken = await t.api("POST", `/api/v1/users/${account?.id ?? ""}/reactivate`, { key: admin });
    expect([taken.status, taken.body.errors[0].code]).toEqual([409, "app_account"]);
    const person = await appOf();
    const refused = await send("/oauth/token", { ...grant, client_id: person.id, client_secret: person.secret });
    expect(refused.body.error).toBe("unauthorized_client");
  });

  test("that acts by itself has one grant, however many tokens it takes; with it all of them end", async () => {
    const app = await appOf({ is_service: true, redirect_uris: [], scopes: ["companies.read"] });
    const given = { grant_type: "client_credentials", client_id: app.id, client_secret: app.secret };
    const tokenOf = async (): Promise<string> => (await send("/oauth/token", given)).body.access_token;
    const live = async (): Promise<string[]> => {
      const key = await t.harbor.key("administrator");
      const { body } = await t.api("GET", "/api/v1/oauth-grants?page[size]=100", { key });
      const ours = body.data.filter(
        (one: { attributes: { client_id: string } }) => one.attributes.client_id === app.id,
      );
      return ours.map(({ id }: { id: string }) => id);
    };
    const tokens = [await tokenOf(), await tokenOf(), await tokenOf()];
    const [grant = ""] = await live();
    expect(await live()).toEqual([grant]);
    for (const token of tokens) expect((await companies(token)).status).toBe(200);
    await perform(await t.harbor.as("administrator"), revokeAnyGrant, { id: grant });
    for (const token of tokens) expect((await companies(token)).status).toBe(401);
    expect((await companies(await tokenOf())).status).toBe(200);
    expect(await live()).toEqual([expect.not.stringContaining(grant)]);

    // Once its tokens are forgotten, nothing is left over of it.
    t.clock.advance(40 * 86_400_000);
    await oauthJobs[0]?.run(t.harbor.system);
    expect(await live()).toEqual([]);
    expect((await companies(await tokenOf())).status).toBe(200);
  });

  test("that is revoked has no access any more, nor have the tokens it was given", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id));
    await perform(await t.harbor.as("administrator"), revokeClient, { id: app.id });
    expect((await companies(body.access_token)).status).toBe(401);
    expect((await refresh(app, body.refresh_token)).status).toBe(401);
    expect((await (await browserOf(t, sam)).open(`/oauth/authorize?${query(app.id)}`)).status).toBe(400);
  });

  test("gets no scopes that the administrator does not have, and is registered by people only", async () => {
    const key = await t.harbor.key("administrator");
    const attributes = { name: "By a key", scopes: ["companies.read"], redirect_uris: [callback] };
    const made = await t.api("POST", "/api/v1/oauth-clients", {
      key,
      body: { data: { type: "oauth_clients", attributes } },
    });
    expect([made.status, made.body.errors[0].code]).toEqual([403, "no_session"]);
    for (const uri of ["http://reports.test/cb", "javascript:alert(1)", "https://x.test/#a", "https://u:p@x.test/"])
      await expect(appOf({ redirect_uris: [uri] })).rejects.toMatchObject({ status: 422 });
    await expect(appOf({ scopes: ["no.such"] })).rejects.toMatchObject({ status: 422 });
  });
});

describe("a person", () => {
  test("sees the apps they have allowed, and takes that back at once", async () => {
    const app = await appOf({ name: "Seen Tool" });
    const { body } = await exchange(app, await codeFor(app.id));
    const browser = await browserOf(t, sam);
    const page = await browser.open("/account/apps");
    expect(page.text).toContain("Seen Tool");
    const path = /Seen Tool[\s\S]*?action="(\/account\/apps\/[\w-]+\/withdraw)"/.exec(page.html)?.[1] ?? "";
    const other = await browserOf(t, await makeStaff(t.harbor, "technician"));
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await other.open("/account")).html)?.[1] ?? "";
    expect((await other.post(path, { _csrf: csrf })).status).toBe(404);
    expect((await companies(body.access_token)).status).toBe(200);
    await browser.open("/account/apps");
    expect((await browser.submit(path)).text).toContain("That app has no access any more.");
    expect((await companies(body.access_token)).status).toBe(401);
  });

  test("who takes that back ends also a token that came about in that very moment", async () => {
    const app = await appOf({ name: "Late Tool" });
    const { body } = await exchange(app, await codeFor(app.id));
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("oauth_grants").set({ revoked_at: t.clock.now() }).where("client_id", "=", app.id).execute(),
    );
    expect((await companies(body.access_token)).status).toBe(401);
  });

  test("cannot be outdone by an app: it makes no keys, changes no sign-in, opens no pages", async () => {
    const app = await appOf({ scopes: ["api_keys.manage", "companies.read"] });
    const { body } = await exchange(app, await codeFor(app.id, { scope: "api_keys.manage" }));
    const key = body.access_token;
    const made = await t.api("POST", "/api/v1/api-keys", {
      key,
      body: { data: { type: "api_keys", attributes: { name: "More" } } },
    });
    expect([made.status, made.body.errors[0].code]).toEqual([403, "no_session"]);
    expect((await t.api("GET", "/api/v1/auth/mfa", { key })).status).toBe(401);
    const { body: asked } = await t.api("GET", "/api/v1/me/access", { key });
    const answers = asked.data.attributes.permissions as { permission: string; is_allowed: boolean; reason: string }[];
    expect(answers.filter((one) => one.reason === "granted").map((one) => one.permission)).toEqual(["api_keys.manage"]);
    const page = await t.fetch("/companies", { headers: { authorization: `Bearer ${key}` } });
    expect(page.status).toBe(303);
  });
});

describe("other servers", () => {
  test("read what there is from the metadata", async () => {
    const answer = await t.fetch("/.well-known/oauth-authorization-server");
    expect(await answer.json()).toMatchObject({
      issuer: "http://harbor.test",
      token_endpoint: "http://harbor.test/oauth/token",
      code_challenge_methods_supported: ["S256"],
    });
  });

  test("hear what is wrong in the words of OAuth, whatever it is", async () => {
    const app = await appOf({ is_service: true });
    const secrets = { client_id: app.id, client_secret: app.secret };
    const error = async (path: string, fields: Record<string, string>): Promise<unknown[]> => {
      const { status, body } = await send(path, { ...secrets, ...fields });
      expect(typeof body.error_description).toBe("string");
      return [status, body.error];
    };
    expect(await error("/oauth/token", {})).toEqual([400, "invalid_request"]);
    expect(await error("/oauth/token", { grant_type: "password", username: "a", password: "b" })).toEqual([
      400,
      "unsupported_grant_type",
    ]);
    expect(await error("/oauth/token", { grant_type: "client_credentials", scope: "no.such" })).toEqual([
      400,
      "invalid_scope",
    ]);
    expect(await error("/oauth/token", { grant_type: "refresh_token", refresh_token: "no" })).toEqual([
      400,
      "invalid_grant",
    ]);
    expect(await error("/oauth/token", { grant_type: "client_credentials", client_secret: "no" })).toEqual([
      401,
      "invalid_client",
    ]);
    for (const path of ["/oauth/revoke", "/oauth/introspect"])
      expect(await error(path, {})).toEqual([400, "invalid_request"]);
    expect(await error("/oauth/token", { junk: "x".repeat(20_000) })).toEqual([413, "invalid_request"]);
    for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]) {
      const answer = await t.fetch(path);
      expect([answer.status, answer.headers.get("allow"), answer.headers.get("content-type")]).toEqual([
        405,
        "OPTIONS, POST",
        "application/json",
      ]);
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
  });

  test("ask whether a token is good, and give it back, only for tokens of their own", async () => {
    const [app, other] = [await appOf(), await appOf({ name: "Other Tool" })];
    const { body } = await exchange(app, await codeFor(app.id));
    const ask = (by: typeof app, token: string): Promise<Answered> =>
      send("/oauth/introspect", { token, client_id: by.id, client_secret: by.secret });
    expect((await ask(app, body.access_token)).body).toMatchObject({
      active: true,
      scope: "companies.read",
      username: sam.email,
    });
    expect((await ask(other, body.access_token)).body).toEqual({ active: false });
    expect((await ask({ id: app.id, secret: "wrong" }, body.access_token)).status).toBe(401);
    const give = (by: typeof app, token: string): Promise<Answered> =>
      send("/oauth/revoke", { token, client_id: by.id, client_secret: by.secret });
    expect((await give(other, body.refresh_token)).status).toBe(200);
    expect((await companies(body.access_token)).status).toBe(200);
    expect((await give(app, body.refresh_token)).status).toBe(200);
    expect((await companies(body.access_token)).status).toBe(401);
    expect((await give(app, "nonsense")).status).toBe(200);
  });

  test("hear that the token of somebody who left is good no longer, and get no other for it", async () => {
    const gone = await makeStaff(t.harbor, "technician");
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id, {}, gone));
    const secrets = { client_id: app.id, client_secret: app.secret };
    const ask = (): Promise<Answered> => send("/oauth/introspect", { token: body.access_token, ...secrets });
    expect((await ask()).body).toMatchObject({ active: true });
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("users").set({ deactivated_at: t.clock.now() }).where("id", "=", gone.id).execute(),
    );
    expect((await ask()).body).toEqual({ active: false });
    const renewal = { grant_type: "refresh_token", refresh_token: body.refresh_token, ...secrets };
    expect(await send("/oauth/token", renewal)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });
});
