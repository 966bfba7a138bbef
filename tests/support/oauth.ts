import { createHash, randomBytes } from "node:crypto";
import { type ClientInput, createClient } from "../../src/modules/oauth/clients.ts";
import { perform } from "../../src/platform/action.ts";
import { browserOf, type Person } from "./people.ts";
import type { ApiAnswer, TestProgram, TestTenant } from "./program.ts";
import type { Visitor } from "./visitor.ts";

/** Apps of others, and what they send. */

export const callback = "https://reports.test/callback";
export const verifier = randomBytes(32).toString("base64url");
export const code_challenge = createHash("sha256").update(verifier).digest("base64url");

export interface TestApp {
  id: string;
  secret: string;
}

export interface Answered {
  status: number;
  // The answer's shape is what the tests are about.
  // oxlint-disable-next-line no-explicit-any
  body: any;
}

type Fields = Record<string, string>;

/** What the consent page is asked for. */
export const query = (client_id: string, more: Fields = {}): string =>
  new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: callback,
    scope: "companies.read",
    state: "xyz",
    code_challenge,
    code_challenge_method: "S256",
    ...more,
  }).toString();

export interface OauthDesk {
  appOf(given?: Partial<ClientInput>): Promise<TestApp>;
  /** Where the consent page sends the browser that says yes or no. */
  decide(browser: Visitor, clientId: string, decision: string, more?: Fields): Promise<URL>;
  codeFor(clientId: string, more?: Fields, person?: Person): Promise<string>;
  send(path: string, fields: Fields, tenant?: TestTenant): Promise<Answered>;
  exchange(app: { id: string; secret?: string }, code: string, more?: Fields): Promise<Answered>;
  refresh(app: TestApp, refresh_token: string, more?: Fields): Promise<Answered>;
  companies(key: string, method?: string): Promise<ApiAnswer>;
}

/** Apps at Harbor IT, which `sam` allows what they ask for. */
export function oauthDesk(t: TestProgram, sam: Person): OauthDesk {
  const decide: OauthDesk["decide"] = async (browser, clientId, decision, more = {}) => {
    const shown = await browser.open(`/oauth/authorize?${query(clientId, more)}`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(shown.html)?.[1] ?? "";
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = new URLSearchParams(query(clientId, more));
    body.set("_csrf", csrf);
    body.set("decision", decision);
    const answer = await t.fetch("/oauth/authorize", { method: "POST", headers: { cookie }, body });
    return new URL(answer.headers.get("location") ?? "about:blank");
  };
  const send: OauthDesk["send"] = async (path, fields, tenant = t.harbor) => {
    const answer = await t.fetch(path, { method: "POST", body: new URLSearchParams(fields) }, tenant);
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    decide,
    send,
    appOf: async (given = {}) => {
      const made = await perform(await t.harbor.as("administrator"), createClient, {
        name: "Reporting Tool",
        scopes: ["companies.read", "companies.write", "staff.manage"],
        redirect_uris: [callback],
        ...given,
      });
      return { id: made.client.id, secret: made.secret ?? "" };
    },
    codeFor: async (clientId, more = {}, person = sam) => {
      const to = await decide(await browserOf(t, person), clientId, "allow", more);
      return to.searchParams.get("code") ?? "";
    },
    exchange: (app, code, more = {}) =>
      send("/oauth/token", {
        grant_type: "authorization_code",
        code,
        redirect_uri: callback,
        client_id: app.id,
        ...(app.secret === undefined ? {} : { client_secret: app.secret }),
        code_verifier: verifier,
        ...more,
      }),
    refresh: (app, refresh_token, more = {}) =>
      send("/oauth/token", {
        grant_type: "refresh_token",
        refresh_token,
        client_id: app.id,
        client_secret: app.secret,
        ...more,
      }),
    companies: (key, method = "GET") =>
      t.api(method, "/api/v1/companies", {
        key,
        ...(method === "GET" ? {} : { body: { data: { type: "companies", attributes: { name: "Made by an app" } } } }),
      }),
  };
}
