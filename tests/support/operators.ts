/** Those who run a multi-tenant installation, at their own host. */
import { addOperator, addOperatorKey } from "../../src/modules/tenants/index.ts";
import { system } from "../../src/platform/access/actor.ts";
import { platformContext } from "../../src/platform/access/platform.ts";
import { type Ctx, inUnit } from "../../src/platform/context.ts";
import { hashPassword } from "../../src/platform/crypto/passwords.ts";
import { password } from "./people.ts";
import type { ApiAnswer, TestProgram } from "./program.ts";
import { type Visitor, visitor } from "./visitor.ts";

export const adminHost = "admin.test";

export interface OperatorHost {
  /** The installation itself, as the command line acts. */
  system: Ctx;
  operator: { id: string; email: string; key: string };
  fetch(path: string, init?: RequestInit): Promise<Response>;
  api(method: string, path: string, body?: unknown, key?: string | null): Promise<ApiAnswer>;
  /** Somebody with a browser, signed in as the operator. */
  browser(): Promise<Visitor>;
  /** Somebody with a browser who is not. */
  stranger(): Visitor;
}

/** The operators' host of a test program, with an operator who has a password and a key. */
export async function operatorHost(t: TestProgram): Promise<OperatorHost> {
  const server = t.program.operatorServer({ trustedProxies: ["127.0.0.0/8"], isOpen: () => true });
  if (server === null) throw new Error("this edition has no operators");
  const ctx = platformContext(t.app, { ...system, name: "Command line" });
  const email = "olga@operators.test";
  const password_hash = await hashPassword(password);
  const { id, key } = await inUnit(ctx, async (work) => {
    const made = await addOperator(work, { name: "Olga Reyes", email, password_hash });
    return { id: made.id, key: (await addOperatorKey(work, made.id, "test")).key };
  });
  const fetch: OperatorHost["fetch"] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("host", adminHost);
    return server.handle(new Request(`http://localhost${path}`, { ...init, headers }));
  };
  const stranger = (): Visitor => visitor((path, init) => fetch(path, init));
  return {
    system: ctx,
    operator: { id, email, key },
    fetch,
    stranger,
    api: async (method, path, body, as = key) => {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { "content-type": "application/vnd.api+json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get("content-type")?.includes("json") === true;
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    browser: async () => {
      const one = stranger();
      await one.open("/sign-in");
      const page = await one.submit("/sign-in", { email, password });
      if (page.status !== 200 || page.url !== "/tenants") throw new Error(`no way in: ${page.status} ${page.text}`);
      return one;
    },
  };
}

/** A document of a type with these attributes. */
export function tenantDocument(attributes: Record<string, unknown>, id?: string): object {
  return { data: { type: "tenants", ...(id === undefined ? {} : { id }), attributes } };
}
