import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserOf, makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { addNoteAsClient } from "../tickets/index.ts";
import { perform } from "../../platform/action.ts";

let t: TestProgram;
let key: string;
let client: Awaited<ReturnType<typeof makeClient>>;
let robin: Person;
let browser: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  key = await t.harbor.key("administrator");
  client = await makeClient(t, "Client");
  robin = await makeStaff(t.harbor, "technician", "Robin");
  browser = await browserOf(t, robin);
});
beforeEach(() =>
  t.app.database.write(t.harbor.id, async (db) => {
    await db.deleteFrom("notifications").execute();
    await db.deleteFrom("mails").execute();
    await db.deleteFrom("user_notification_preferences").execute();
  }),
);
afterAll(() => t.close());

async function ticket(attributes: Record<string, unknown> = {}): Promise<string> {
  const made = await t.api("POST", "/api/v1/tickets", {
    key,
    body: {
      data: {
        type: "tickets",
        attributes: { title: "Printer", company_id: client.company_id, contact_id: client.contact_id, ...attributes },
      },
    },
  });
  await t.settle();
  return made.body.data.id as string;
}

const told = (userId: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("notifications").selectAll().where("user_id", "=", userId).orderBy("id").execute(),
  );
const mailedTo = (address: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("mails").select("subject").where("to_address", "=", address).execute(),
  );

describe("somebody of the staff is told in the app", () => {
  test("when a ticket becomes theirs, once", async () => {
    const id = await ticket({ assigned_to_id: robin.id });
    await t.settle();
    expect(await told(robin.id)).toMatchObject([
      {
        channel_type: "in_app",
        status: "delivered",
        subject: expect.stringMatching(/^Ticket #\d+ is yours$/),
        body: "Printer · Client",
        link_path: `/tickets/${id}`,
        read_at: null,
        event_type: "tickets.assigned",
      },
    ]);
  });

  test("but not of what they did themselves", async () => {
    const admin = (await t.harbor.as("administrator")).actor.user_id ?? "";
    await ticket({ assigned_to_id: admin });
    expect(await told(admin)).toEqual([]);
  });

  test("when the client answers", async () => {
    const id = await ticket({ assigned_to_id: robin.id });
    await perform(client.portal, addNoteAsClient, { ticket_id: id, content: "<p>Still broken</p>" });
    await t.settle();
    expect((await told(robin.id)).map(({ event_type }) => event_type)).toEqual([
      "tickets.assigned",
      "tickets.note_added",
    ]);
  });

  test("when a ticket waits for their team", async () => {
    const team = await t.api("POST", "/api/v1/teams", {
      key,
      body: { data: { type: "teams", attributes: { name: "Blue", member_ids: [robin.id] } } },
    });
    const id = await ticket({ team_id: team.body.data.id });
    expect(await told(robin.id)).toMatchObject([{ event_type: "tickets.opened", link_path: `/tickets/${id}` }]);
  });
});

describe("the bell", () => {
  test("counts what is unread, leads to it, and it is read then", async () => {
    const id = await ticket({ assigned_to_id: robin.id });
    expect((await browser.open("/notifications/bell")).html).toContain(">1<");
    const latest = await browser.open("/notifications/latest");
    expect(latest.text).toContain("is yours");
    const [row] = await told(robin.id);
    const answer = await browser.open(`/notifications/${row?.id}/open`);
    expect(answer.html).toContain(`/tickets/${id}`);
    expect((await told(robin.id))[0]?.read_at).not.toBeNull();
    expect((await browser.open("/notifications/bell")).html).not.toContain("bell-count");
  });

  test("can be silenced all at once", async () => {
    await ticket({ assigned_to_id: robin.id });
    await ticket({ assigned_to_id: robin.id });
    await browser.open("/notifications");
    await browser.submit("/notifications/read-all");
    expect((await told(robin.id)).filter((one) => one.read_at === null)).toEqual([]);
  });
});

describe("notifications", () => {
  test("are between Purser and the person", async () => {
    await ticket({ assigned_to_id: robin.id });
    const [row] = await told(robin.id);
    const other = await browserOf(t, await makeStaff(t.harbor, "administrator", "Alex"));
    expect((await other.open(`/notifications/${row?.id}/open`)).status).toBe(404);
    expect((await other.open("/notifications")).html).not.toContain(row?.id ?? "");
    expect((await t.api("GET", "/api/v1/notifications", { key })).body.data).toEqual([]);
    expect((await t.api("PUT", `/api/v1/notifications/${row?.id}/read`, { key })).status).toBe(404);
  });

  test("can be counted, read and marked over the API", async () => {
    await ticket({ assigned_to_id: robin.id });
    const me = (await t.harbor.as("technician")).actor.user_id ?? "";
    const mine = await t.harbor.key("technician");
    await ticket({ assigned_to_id: me });
    await ticket({ assigned_to_id: me });
    const count = async (): Promise<number> =>
      (await t.api("GET", "/api/v1/notifications/unread-count", { key: mine })).body.data.attributes.unread;
    expect(await count()).toBe(2);
    const list = await t.api("GET", "/api/v1/notifications", { key: mine });
    await t.api("PUT", `/api/v1/notifications/${list.body.data[0].id}/read`, { key: mine });
    expect(await count()).toBe(1);
    await t.api("PUT", "/api/v1/notifications/read-all", { key: mine });
    expect(await count()).toBe(0);
  });
});

describe("what somebody does not want to hear of", () => {
  test("is not told, in the app or by mail, as they choose on the page", async () => {
    await browser.open("/account/notifications");
    await browser.submit("/account/notifications", {
      in_app_events: ["tickets.note_added"],
      email_events: ["tickets.note_added"],
    });
    const id = await ticket({ assigned_to_id: robin.id });
    expect(await told(robin.id)).toEqual([]);
    expect(await mailedTo(robin.email)).toEqual([]);
    await perform(client.portal, addNoteAsClient, { ticket_id: id, content: "<p>Still broken</p>" });
    await t.settle();
    expect(await told(robin.id)).toHaveLength(1);
    expect(await mailedTo(robin.email)).toHaveLength(1);
  });

  test("can be chosen over the API: one's own, and everybody's by who keeps the staff", async () => {
    const mine = await t.harbor.key("technician");
    const me = (await t.harbor.as("technician")).actor.user_id ?? "";
    const path = `/api/v1/users/${me}/notification-preferences`;
    const body = {
      data: {
        type: "user_notification_preferences",
        attributes: { preferences: [{ event_type: "tickets.assigned", channel_types: ["email"] }] },
      },
    };
    const set = await t.api("PUT", path, { key: mine, body });
    expect(set.body.data).toContainEqual(
      expect.objectContaining({
        id: "tickets.assigned",
        attributes: { event_type: "tickets.assigned", channel_types: ["email"], is_enabled: true },
      }),
    );
    await ticket({ assigned_to_id: me });
    expect(await told(me)).toEqual([]);
    expect((await t.api("GET", path, { key })).status).toBe(200);
    const theirs = `/api/v1/users/${robin.id}/notification-preferences`;
    expect((await t.api("GET", theirs, { key: mine })).status).toBe(404);
    expect((await t.api("PUT", theirs, { key: mine, body })).status).toBe(404);
  });
});
