import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../../src/platform/context.ts";
import { browserHeaders, type Everything, keyHeaders, makeEverything } from "../support/everything.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "../support/program.ts";
import { type Role, staffRoles } from "./table.ts";

/** The live streams, topic by topic: who may follow what. What a stream says is held by `platform/live/live.test.ts`. */

setDefaultTimeout(180_000);

/**
 * Each topic there is, and the staff that may follow it: the list's changes by name, a record's by its id as well. A client
 * follows records that their own page shows, and no list.
 */
const topics: Readonly<Record<string, { roles: readonly Role[]; ofClients: boolean }>> = {
  tickets: { roles: staffRoles, ofClients: true },
  import_batches: { roles: ["administrator"], ofClients: false },
};

let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

/** The status of a stream's answer; the stream itself is let go of. */
async function statusOf(path: string, headers: Readonly<Record<string, string>>, tenant: TestTenant = t.harbor) {
  const answer = await t.fetch(path, { headers }, tenant);
  await answer.body?.cancel();
  return answer.status;
}

/** By topic, the statuses of a list's and of a record's stream. */
async function followed(door: "" | "/portal", who: Ctx, tenant: TestTenant = t.harbor) {
  const headers = await browserHeaders(t, who);
  const found: Record<string, number[]> = {};
  for (const topic of Object.keys(topics))
    found[topic] = [
      await statusOf(`${door}/live?topics=${topic}`, headers, tenant),
      await statusOf(`${door}/live?topics=${topic}/${e.ids[topic.replaceAll("_", "-")] ?? ""}`, headers, tenant),
    ];
  return found;
}

const expected = (of: (topic: string) => number[]): Record<string, number[]> =>
  Object.fromEntries(Object.keys(topics).map((topic) => [topic, of(topic)]));

test("the table names every topic of the program, and no other", () => {
  const there = [...t.app.registry.resources.values()].filter(({ table }) => t.app.registry.liveTables.has(table.name));
  expect(Object.keys(topics).toSorted()).toEqual(there.map(({ table }) => table.name).toSorted());
});

describe("of the staff", () => {
  for (const role of staffRoles)
    test(`a ${role} follows what the table says`, async () => {
      const isIn = (topic: string): boolean => topics[topic]?.roles.includes(role) === true;
      expect(await followed("", await t.harbor.as(role))).toEqual(
        expected((topic) => (isIn(topic) ? [200, 200] : [404, 404])),
      );
    });

  test("each follows their own notifications, and nobody those of others by their id", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("technician"));
    const { user_id } = (await t.harbor.as("administrator")).actor;
    expect(await statusOf("/live?topics=notifications", headers)).toBe(200);
    for (const topic of [
      `notifications/${user_id ?? ""}`,
      `sessions/${user_id ?? ""}`,
      `clients/tickets/${e.ids["tickets"] ?? ""}`,
    ])
      expect({ topic, status: await statusOf(`/live?topics=${topic}`, headers) }).toEqual({ topic, status: 404 });
  });

  test("nothing but the table's topics is followed, by whoever may see the records themselves", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("administrator"));
    const open: string[] = [];
    for (const { path } of t.app.registry.resources.values())
      if (!(path in topics) && (await statusOf(`/live?topics=${path}`, headers)) !== 404) open.push(path);
    // The bell's topic is everybody's own.
    expect(open).toEqual(["notifications"]);
  });

  test("one topic out of reach shuts the whole stream", async () => {
    const headers = await browserHeaders(t, await t.harbor.as("technician"));
    expect(await statusOf("/live?topics=tickets,audit-log", headers)).toBe(404);
    expect(await statusOf(`/live?topics=tickets,tickets/${e.ids["companies"] ?? ""}`, headers)).toBe(404);
  });
});

describe("of a client's people", () => {
  test("each follows the records of their own page, and no list", async () => {
    const ofOwn = await followed("/portal", e.client);
    expect(ofOwn).toEqual(expected((topic) => [404, topics[topic]?.ofClients === true ? 200 : 404]));
    // The request is a colleague's, and the lesser role sees its own.
    expect(await followed("/portal", e.colleague)).toEqual(expected(() => [404, 404]));
  });

  test("somebody of another company follows nothing of this one, and nobody comes in by the other door", async () => {
    expect(await followed("/portal", e.otherClient)).toEqual(expected(() => [404, 404]));
    expect(await followed("", e.client)).toEqual(expected(() => [303, 303]));
    expect(await followed("/portal", await t.harbor.as("administrator"))).toEqual(expected(() => [303, 303]));
  });
});

test("another organization's administrator follows its own lists and nothing of ours", async () => {
  expect(await followed("", await t.mill.as("administrator"), t.mill)).toEqual(expected(() => [200, 404]));
  expect(await followed("", await t.mill.as("administrator"))).toEqual(expected(() => [303, 303]));
});

test("nobody follows anything without a session: a key opens no stream", async () => {
  const found: number[] = [];
  for (const headers of [{}, await keyHeaders(t.harbor, "administrator")])
    for (const door of ["/live", "/portal/live"])
      found.push(await statusOf(`${door}?topics=tickets`, { ...headers, accept: "text/event-stream" }));
  expect(found).toEqual([204, 204, 204, 204]);
});
