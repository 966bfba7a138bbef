import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { declareEvent } from "../../../tests/support/events.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { inUnit, reading } from "../../platform/context.ts";
import type { Subscription } from "../../platform/events/event-type.ts";
import { update } from "../../platform/database/records.ts";
import { emit } from "../../platform/events/outbox.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { organizations } from "../../platform/tenants.ts";
import { clearEvents } from "./jobs.ts";

let t: TestProgram;
let browser: Visitor;
let key: string;
let ran: string[];

beforeAll(async () => {
  t = await startTestProgram();
  browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  key = await t.harbor.key("administrator");
});
beforeEach(async () => {
  ran = [];
  await t.app.database.write(t.harbor.id, async (db) => {
    await db.deleteFrom("event_deliveries").execute();
    await db.deleteFrom("events").execute();
  });
});
afterAll(() => t.close());

/** An event whose handler has given it up. */
async function dead(name = "test.happened"): Promise<{ event: string; delivery: string }> {
  const subscriptions = t.app.registry.subscriptions as Map<string, readonly Subscription[]>;
  subscriptions.set(name, [{ event: name, name: "test.follows", run: async (_, event) => void ran.push(event.id) }]);
  await inUnit(t.harbor.system, (work) => emit(work, declareEvent(t, name), { company_id: "Harbor's company" }));
  await t.app.database.write(t.harbor.id, (db) =>
    db
      .updateTable("event_deliveries")
      .set({ attempts: 10, dead_at: t.clock.now(), next_attempt_at: null, last_error: "out of paper" })
      .where("handler", "=", "test.follows")
      .where("succeeded_at", "is", null)
      .execute(),
  );
  const row = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("event_deliveries").select(["id", "event_id"]).orderBy("id", "desc").executeTakeFirstOrThrow(),
  );
  return { event: row.event_id, delivery: row.id };
}

describe("on the events page", () => {
  test("what happened can be read, with what it says and what went wrong, by whoever may change settings", async () => {
    const { event } = await dead();
    const tech = await browserOf(t, await makeStaff(t.harbor, "technician"));
    expect((await tech.open("/settings/events")).status).toBe(403);
    const list = await browser.open("/settings/events");
    expect(list.html).toContain(`/settings/events/${event}`);
    expect(list.text).toContain("Given up");
    const shown = await browser.open(`/settings/events/${event}`);
    expect(shown.text).toContain("out of paper");
    expect(shown.text).toContain("Harbor's company");
    const theirs = await browserOf(t, await makeStaff(t.mill, "administrator"), t.mill);
    expect((await theirs.open("/settings/events")).html).not.toContain(event);
    expect((await theirs.open(`/settings/events/${event}`)).status).toBe(404);
  });

  test("events can be narrowed by name, state and day", async () => {
    const { event } = await dead();
    const shows = async (query: string): Promise<boolean> =>
      (await browser.open(`/settings/events?${query}`)).html.includes(event);
    expect(await shows("state=dead")).toBe(true);
    expect(await shows("state=done")).toBe(false);
    expect(await shows("state=waiting,dead")).toBe(true);
    expect(await shows("state=waiting,retrying")).toBe(false);
    expect(await shows("event=tickets.opened,test.happened")).toBe(true);
    expect(await shows("event=test.happened&since=2026-11-21")).toBe(true);
    expect(await shows("event=tickets.opened")).toBe(false);
    expect(await shows("since=2026-11-22")).toBe(false);
  });

  test("the day since which they are shown begins at midnight of the organization", async () => {
    const { event } = await dead();
    const { id, timezone } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("organizations").select(["id", "timezone"]).executeTakeFirstOrThrow(),
    );
    const lives = (zone: string): Promise<unknown> =>
      inUnit(t.harbor.system, (work) => update(work, organizations, id, { timezone: zone }));
    // Still the 20th in Greenwich, the 21st already in Auckland.
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("events").set({ occurred_at: "2026-11-20T22:30:00.000Z" }).where("id", "=", event).execute(),
    );
    const shows = async (): Promise<boolean> =>
      (await browser.open("/settings/events?since=2026-11-21")).html.includes(event);
    await lives("UTC");
    expect(await shows()).toBe(false);
    await lives("Pacific/Auckland");
    expect(await shows()).toBe(true);
    await lives(timezone);
  });

  test("what was given up can be tried again, one by one or all of a handler", async () => {
    const { event, delivery } = await dead();
    await browser.open(`/settings/events/${event}`);
    await browser.submit(`/settings/event-deliveries/${delivery}/retry`);
    await t.settle();
    expect(ran).toEqual([event]);
    const others = [await dead(), await dead()];
    // Nobody has to find the filter first: whatever has failed can be tried again from the page.
    await browser.open("/settings/events/dead");
    await browser.submit("/settings/events/dead/test.follows/retry");
    await t.settle();
    expect(ran.toSorted()).toEqual([event, ...others.map((one) => one.event)].toSorted());
  });

  test("what was given up can be dropped", async () => {
    const { event, delivery } = await dead();
    await browser.open(`/settings/events/${event}`);
    await browser.submit(`/settings/event-deliveries/${delivery}/drop`);
    expect((await browser.open("/settings/events/dead")).text).toContain("Nothing has failed");
    expect((await browser.open(`/settings/events/${event}`)).text).toContain("Dropped");
    const narrowed = await browser.open("/settings/events?state=dropped");
    // The filter has the word as well; the row says it as its state.
    expect(narrowed.html).toMatch(/class="pill".*Dropped<\/span>/);
  });

  test("the catalog tells of every event when it happens, what it says, and an example", async () => {
    const catalog = await browser.open("/settings/events/catalog");
    for (const name of t.app.registry.events.keys()) expect(catalog.text).toContain(name);
    const shown = await browser.open("/settings/events/catalog?event=tickets.assigned");
    expect(shown.text).toContain("assigned_to_id");
    expect(shown.text).toContain("id or null");
    expect((await browser.open("/settings/events/catalog?event=tickets.exploded")).status).toBe(404);
  });
});

describe("over the API", () => {
  test("events and deliveries can be read, tried again and dropped", async () => {
    const { event, delivery } = await dead();
    const events = await t.api("GET", "/api/v1/events?filter[event_name]=test.happened", { key });
    expect(events.body.data[0].attributes).toMatchObject({ payload: { company_id: "Harbor's company" } });
    const deliveries = await t.api("GET", `/api/v1/events/${event}/deliveries`, { key });
    expect(deliveries.body.data).toHaveLength(1);
    const retried = await t.api("POST", `/api/v1/event-deliveries/${delivery}/retry`, { key });
    expect(retried.body.data.attributes).toMatchObject({ dead_at: null, attempts: 0 });
    await t.settle();
    const again = await t.api("POST", `/api/v1/event-deliveries/${delivery}/drop`, { key });
    expect([again.status, again.body.errors[0].code]).toEqual([409, "not_dead"]);
    await dead();
    const all = await t.api("POST", "/api/v1/event-deliveries/retry-dead", {
      key,
      body: { data: { type: "event_deliveries", attributes: { handler: "test.follows" } } },
    });
    expect(all.body.data.attributes).toEqual({ handler: "test.follows", retried: 1 });
    const path = "/api/v1/audit-log?filter[entity_type]=event_deliveries&filter[action]=update&page[size]=2";
    const [handler, one] = (await t.api("GET", path, { key })).body.data;
    expect(handler.attributes).toMatchObject({ entity_id: null, new_values: { handler: "test.follows", retried: 1 } });
    expect(one.attributes).toMatchObject({
      entity_id: delivery,
      old_values: { attempts: 10 },
      new_values: { attempts: 0 },
    });
  });

  test("the catalog is there with the schema of each payload", async () => {
    const { body } = await t.api("GET", "/api/v1/event-types", { key });
    const opened = body.data.find((one: { id: string }) => one.id === "tickets.opened");
    expect(opened.attributes.payload.properties.ticket_id).toEqual({ type: "string", format: "uuid" });
    expect(opened.attributes.record_type).toBe("tickets");
  });
});

describe("old events", () => {
  test("are deleted after as many days as the settings say, unless something is left to do", async () => {
    await dead();
    const subscriptions = t.app.registry.subscriptions as Map<string, readonly Subscription[]>;
    subscriptions.set("test.quiet", []);
    await inUnit(t.harbor.system, (work) => emit(work, declareEvent(t, "test.quiet"), {}));
    await browser.open("/settings/events/retention");
    await browser.submit("/settings/events/retention", { events_kept_days: "10" });
    const left = async (): Promise<string[]> => {
      await runJob(t.app, t.harbor.tenant, clearEvents);
      const rows = await reading(t.harbor.system, ({ db }) => db.selectFrom("events").select("event_name").execute());
      return rows.map(({ event_name }) => event_name).toSorted();
    };
    t.clock.advance(9 * 24 * 3600_000);
    expect(await left()).toEqual(["test.happened", "test.quiet"]);
    t.clock.advance(2 * 24 * 3600_000);
    expect(await left()).toEqual(["test.happened"]);
  });
});
