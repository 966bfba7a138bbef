import type { Ctx } from "../../src/platform/context.ts";
import { inUnit } from "../../src/platform/context.ts";
import { startSession } from "../../src/platform/access/sessions.ts";
import { update } from "../../src/platform/database/records.ts";
import { portalCookieName, staffCookieName } from "../../src/platform/http/cookies.ts";
import { moduleRoutes } from "../../src/platform/http/module-routes.ts";
import type { Door } from "../../src/platform/http/route.ts";
import { organizations } from "../../src/platform/tenants.ts";
import { addressOf } from "./everything.ts";
import type { Place, Reader, Seen } from "./page-check.ts";
import type { TestProgram, TestTenant } from "./program.ts";

/** Every page of the program behind some doors, as the server lists them, with the ids of records that are there. */
export function placesOf(t: TestProgram, ids: Readonly<Record<string, string>>, ...doors: Door[]): Place[] {
  return moduleRoutes(t.app.registry)
    .filter(({ method, door, path }) => method === "GET" && doors.includes(door) && !/\/(live|sign-out)$/.test(path))
    .map(({ path }) => ({ name: path, path: addressOf(path, ids) }));
}

/** A server of the tests' program for one organization, at an address that a browser can open. */
export async function listen(t: TestProgram, tenant: TestTenant): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = t.program.server({ tenantOf: async () => tenant.id, trustedProxies: [], isOpen: () => true });
  server.listen({ port: 0, hostname: "127.0.0.1" });
  const origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
  await inUnit(tenant.system, async (work) => {
    const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    await update(work, organizations, id, { public_url: origin });
  });
  return {
    origin,
    stop: async () => {
      await server.stop(true);
    },
  };
}

/** Somebody who is signed in, at their browser. */
export async function readerOf(origin: string, who: Ctx): Promise<Reader> {
  const { token } = await inUnit(who, (work) => startSession(work, who.actor.user_id ?? ""));
  const name = (who.actor.kind === "portal" ? portalCookieName : staffCookieName)(origin);
  return { origin, cookie: { name, value: token } };
}

/**
 * Those places that are pages, and whose middle looks like nothing that was seen before: words, ids and numbers do not
 * count, what is built of them does. Downloads, fragments and ways to somewhere else fall out.
 */
export async function newShapes(reader: Reader, places: readonly Place[], seen: Seen): Promise<Place[]> {
  const chosen: Place[] = [];
  const headers = new Headers();
  if (reader.cookie !== undefined) headers.set("cookie", `${reader.cookie.name}=${reader.cookie.value}`);
  for (const place of places) {
    const answer = await fetch(reader.origin + place.path, { headers, redirect: "manual" });
    const html = await answer.text();
    if (answer.headers.get("content-type")?.includes("text/html") !== true || !html.includes("<html")) continue;
    if (answer.status >= 500) throw new Error(`${place.name} answers ${answer.status}`);
    const shape = shapeOf(html);
    if (seen.has(shape)) continue;
    seen.add(shape);
    chosen.push(place);
  }
  return chosen;
}

function shapeOf(html: string): string {
  const middle = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html;
  const tags = [...middle.matchAll(/<(\w+)([^>]*)>/g)].map(([, tag = "", attributes = ""]) => {
    const kept = [...attributes.matchAll(/\b(class|role|type|name)="([^"]*)"/g)].map(([, , value]) => value ?? "");
    return `${tag}.${kept.join(".").replaceAll(/[0-9a-f]{8}-[0-9a-f-]+|cf_\w+/g, "ID")}`;
  });
  return Bun.hash(tags.join(" ")).toString();
}
