import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { personWith } from "../../../tests/access/actors.ts";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { applyImport, uploadImport } from "../../modules/imports/actions.ts";
import { advanceShort } from "../../modules/imports/run.ts";
import { revokeSessions } from "../access/sessions.ts";
import { perform } from "../action.ts";
import { type Ctx, inUnit } from "../context.ts";
import { moduleRoutes } from "../http/module-routes.ts";
import { createServer } from "../http/server.ts";
import { addAll } from "../reference.ts";
import { createHub } from "./hub.ts";
import { listenToOthers } from "./listen.ts";
import { changed } from "./topics.ts";

let t: TestProgram;
let tech: Ctx;
let ticket: string;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  tech = await t.harbor.as("technician");
  client = await makeClient(t, "Client");
  const made = await t.api("POST", "/api/v1/tickets", {
    key: await t.harbor.key("technician"),
    body: {
      data: {
        type: "tickets",
        attributes: { title: "Down", company_id: client.company_id, contact_id: client.contact_id },
      },
    },
  });
  ticket = made.body.data.id;
});
afterAll(() => t.close());

/** A browser that listens; `next` waits for what is said, `rest` for the end. */
async function listener(topics: string, who = tech, tenant = t.harbor) {
  const answer = await t.fetch(`/live?topics=${topics}`, { headers: await browserHeaders(t, who) }, tenant);
  const reader = answer.status === 200 ? answer.body?.getReader() : undefined;
  const next = async (): Promise<string | null> => {
    const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
    return done ? null : new TextDecoder().decode(value as Uint8Array);
  };
  if (reader !== undefined) await next();
  return { status: answer.status, next, close: () => reader?.cancel() };
}

const rename = async (title: string): Promise<void> => {
  await t.api("PATCH", `/api/v1/tickets/${ticket}`, {
    key: await t.harbor.key("technician"),
    body: { data: { type: "tickets", attributes: { title } } },
  });
};

describe("whoever looks at a topic", () => {
  test("is told that it has changed, and nothing more", async () => {
    const list = await listener("tickets");
    const one = await listener(`tickets/${ticket}`);
    await rename("Zanzibar is down");
    expect(await list.next()).toBe("event: changed\ndata: tickets\n\n");
    expect(await one.next()).toBe(`event: changed\ndata: tickets/${ticket}\n\n`);
    await list.close();
    await one.close();
  });

  test("hears of an import, which is called differently in the API", async () => {
    const admin = await t.harbor.as("administrator");
    const bytes = new TextEncoder().encode("Name\nAlder\n");
    const upload = { name: "clients.csv", type: "text/csv", bytes };
    const batch = await uploadImport(admin, upload, { target: "companies" });
    const page = await listener(`import_batches/${batch.id}`, admin);
    expect(page.status).toBe(200);
    await perform(admin, applyImport, { id: batch.id });
    await advanceShort(admin, batch.id);
    expect(await page.next()).toContain(`event: changed\ndata: import_batches/${batch.id}\n\n`);
    await page.close();
    expect((await listener(`import_batches/${batch.id}`)).status).toBe(404);
  });

  test("is told after the commit, and not of what was taken back", async () => {
    const list = await listener("tickets");
    await inUnit(t.harbor.system, async (work) => {
      changed(work, "tickets");
      throw new Error("taken back");
    }).catch(() => undefined);
    await rename("Up again");
    expect(await list.next()).toBe("event: changed\ndata: tickets\n\n");
    await list.close();
  });

  test("is not told of another organization's", async () => {
    const theirs = await listener("tickets", await t.mill.as("technician"), t.mill);
    await rename("Ours");
    await inUnit(t.mill.system, (work) => changed(work, "tickets"));
    expect(await theirs.next()).toBe("event: changed\ndata: tickets\n\n");
    expect((await listener(`tickets/${ticket}`, await t.mill.as("administrator"), t.mill)).status).toBe(404);
    await theirs.close();
  });

  test("needs to be signed in, and to name topics that there are", async () => {
    const answer = await t.fetch("/live?topics=tickets");
    expect(answer.headers.get("location")).toContain("/sign-in");
    const finance = await t.harbor.as("finance");
    const narrow = await personWith(t.harbor, ["companies.read"]);
    expect((await listener("tickets", finance)).status).toBe(200);
    expect((await listener("tickets", narrow)).status).toBe(404);
    expect((await listener("users")).status).toBe(404);
    expect((await listener("")).status).toBe(400);
    expect((await listener("tickets/nonsense")).status).toBe(404);
    expect((await listener("sessions/someone")).status).toBe(404);
    // The stream of somebody who has signed out meanwhile is told not to try again.
    const stream = await t.fetch("/live?topics=tickets", { headers: { accept: "text/event-stream" } });
    expect(stream.status).toBe(204);
  });
});

describe("a client who looks at a ticket in the portal", () => {
  const listen = async (topics: string, who: Ctx) => {
    const answer = await t.fetch(`/portal/live?topics=${topics}`, { headers: await browserHeaders(t, who) });
    const reader = answer.status === 200 ? answer.body?.getReader() : undefined;
    const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value);
    if (reader !== undefined) await next();
    return { status: answer.status, next, close: () => reader?.cancel() };
  };
  const write = async (note_type: string): Promise<void> => {
    const answer = await t.api("POST", `/api/v1/tickets/${ticket}/notes`, {
      key: await t.harbor.key("technician"),
      body: { data: { type: "ticket_notes", attributes: { content: "Said", note_type } } },
    });
    expect(answer.status).toBe(201);
  };

  test("is told of answers, and never that the team writes to itself", async () => {
    const stream = await listen(`tickets/${ticket}`, client.portal);
    let heard = 0;
    const topic = `${t.harbor.id}/clients/tickets/${ticket}`;
    const stop = t.app.live.subscribe([topic], () => (heard += 1));
    await write("internal");
    expect(heard).toBe(0);
    await write("public");
    expect(heard).toBeGreaterThan(0);
    expect(await stream.next()).toStartWith(`event: changed\ndata: tickets/${ticket}\n\n`);
    stop();
    await stream.close();
  });

  test("can follow no list, no other client's ticket, and nothing by the staff's door", async () => {
    const other = await makeClient(t, "Another client");
    expect((await listen(`tickets/${ticket}`, other.portal)).status).toBe(404);
    expect((await listen("tickets", client.portal)).status).toBe(404);
    expect((await listen("notifications", client.portal)).status).toBe(404);
    expect((await listener(`tickets/${ticket}`, client.portal)).status).not.toBe(200);
    expect((await listen(`tickets/${ticket}`, tech)).status).not.toBe(200);
  });
});

describe("a stream goes on", () => {
  test("for as long as whoever opened it may see what it is about: they are asked for at each sign of life", async () => {
    const live = createHub(20);
    const server = createServer({ ...t.app, live }, moduleRoutes(t.app.registry), {
      tenantOf: async () => t.harbor.id,
      trustedProxies: [],
      isOpen: () => true,
    });
    for (const [who, path] of [
      [tech, `/live?topics=tickets,tickets/${ticket}`],
      [client.portal, `/portal/live?topics=tickets/${ticket}`],
    ] as const) {
      const { host } = new URL(t.harbor.tenant.public_url);
      const headers = { ...(await browserHeaders(t, who)), host };
      const answer = await server.handle(new Request(`http://${host}${path}`, { headers }));
      const reader = answer.body?.getReader();
      const texts: string[] = [];
      for (let index = 0; index < 3; index += 1)
        texts.push(new TextDecoder().decode((await reader?.read())?.value as Uint8Array));
      expect([path, ...texts]).toEqual([path, "retry: 5000\n\n", ": alive\n\n", ": alive\n\n"]);
      await reader?.cancel();
    }
    live.close();
  });
});

describe("a stream ends", () => {
  test("when the person is signed out", async () => {
    const list = await listener("tickets");
    await inUnit(tech, (work) => revokeSessions(work, tech.actor.user_id ?? "", { except: null }));
    expect(await list.next()).toBeNull();
  });

  test("when a role is changed so that its people may no longer look", async () => {
    const key = await t.harbor.key("administrator");
    const [role] = (await t.api("GET", "/api/v1/roles?filter[role_key]=technician", { key })).body.data;
    const change = (permissions: string[]): Promise<unknown> =>
      t.api("PATCH", `/api/v1/roles/${role.id}`, {
        key,
        body: { data: { type: "roles", attributes: { permissions } } },
      });
    const list = await listener("tickets");
    await change(role.attributes.permissions.filter((one: string) => !one.startsWith("tickets.")));
    expect(await list.next()).toBeNull();
    await change(role.attributes.permissions);
  });

  test("when the program stops, and the oldest when a session has too many", () => {
    const hub = createHub();
    const ended: number[] = [];
    const open = (session: string, index: number): void => {
      const closed = hub.open(session, () => {
        ended.push(index);
        closed();
      });
    };
    for (let index = 0; index < 9; index += 1) open("one", index);
    expect(ended).toEqual([0]);
    open("another", 9);
    hub.close();
    expect(ended.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

test("a stream that was refused for there being too many makes room for none less", () => {
  const hub = createHub();
  const close = Array.from({ length: 5000 }, (_, index) => hub.open(`session ${index}`, () => undefined));
  let refused = 0;
  for (let tries = 0; tries < 10; tries += 1) hub.open("late", () => (refused += 1));
  expect(refused).toBe(10);
  close[0]?.();
  hub.open("late", () => (refused += 1));
  expect(refused).toBe(10);
});

test("a change is heard on every node that shares the database", async () => {
  const other = createHub();
  const heard: string[] = [];
  other.subscribe([`${t.harbor.id}/tickets`], (topic) => heard.push(topic));
  const stop = listenToOthers(t.app.database, other);
  if (t.app.database.listen === undefined) return stop();
  for (let tries = 0; heard.length === 0 && tries < 100; tries += 1) {
    await inUnit(t.harbor.system, (work) => changed(work, "tickets"));
    await Bun.sleep(20);
  }
  expect(heard.length).toBeGreaterThan(0);
  await stop();
});
