import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { addNoteAsClient, openTicket, type TicketRow, updateTicket } from "./index.ts";

let t: TestProgram;
let technician: Ctx;
let client: Client;
let key: string;
const status: Record<string, string> = {};

beforeAll(async () => {
  t = await startTestProgram();
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
  key = await t.harbor.key("administrator");
  const rows = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("ticket_statuses").select(["id", "name"]).execute(),
  );
  for (const { id, name } of rows) status[name] = id;
});
afterAll(() => t.close());

const change = (path: string, id: string, attributes: object) =>
  t.api("PATCH", `/api/v1/${path}/${id}`, {
    key,
    body: { data: { type: path.replace("-", "_"), id, attributes } },
  });
const idOf = (name: string): string => {
  const id = status[name];
  if (id === undefined) throw new Error(`there is no status ${name}: ${Object.keys(status).join(", ")}`);
  return id;
};
const follow = (name: string, next: string[]) =>
  change("ticket-statuses", idOf(name), { next_status_ids: next.map(idOf) });
const open = (given: object = {}): Promise<TicketRow> =>
  perform(technician, openTicket, { title: "Scanner", contact_id: client.contact_id, ...given });
const become = (ticket: TicketRow, name: string): Promise<TicketRow> =>
  perform(technician, updateTicket, { id: ticket.id, status_id: idOf(name) });

describe("a status", () => {
  test("lets any other follow until it says which ones may", async () => {
    const ticket = await open();
    expect((await become(ticket, "Closed")).status_id).toBe(idOf("Closed"));
    expect((await follow("New", ["In progress"])).status).toBe(200);
    const next = await open();
    const refused = await t.api("PATCH", `/api/v1/tickets/${next.id}`, {
      key,
      body: { data: { type: "tickets", id: next.id, attributes: { status_id: idOf("Closed") } } },
    });
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, "transition_not_allowed"]);
    expect(refused.body.errors[0].detail).toContain("In progress");
    expect(refused.body.errors[0].source.pointer).toBe("/data/attributes/status_id");
    await become(next, "In progress");
    expect((await become(next, "Closed")).closed_at).not.toBeNull();
  });

  test("is offered on the ticket's page only where it may follow", async () => {
    await follow("New", ["In progress"]);
    const page = await (await signedIn(t, technician)).open(`/tickets/${(await open()).id}`);
    expect(page.html).toContain(`value="${idOf("In progress")}"`);
    expect(page.html).not.toContain(`value="${idOf("Closed")}"`);
  });

  test("leaves with its deletion the statuses that it might follow, so that no ticket stays where it is", async () => {
    const made = await t.api("POST", "/api/v1/ticket-statuses", {
      key,
      body: { data: { type: "ticket_statuses", attributes: { name: "Short-lived", color: "#3366aa" } } },
    });
    const { id } = made.body.data;
    status["Short-lived"] = id;
    await follow("New", ["Short-lived"]);
    await follow("In progress", ["Short-lived", "Closed"]);
    const ticket = await open();
    expect((await t.api("DELETE", `/api/v1/ticket-statuses/${id}`, { key })).status).toBe(204);
    await become(ticket, "In progress");
    const { body } = await t.api("GET", `/api/v1/ticket-statuses/${idOf("In progress")}`, { key });
    const { next_status_ids } = body.data.attributes;
    expect(next_status_ids).toEqual([idOf("Closed")]);
    expect((await change("ticket-statuses", idOf("In progress"), { next_status_ids })).status).toBe(200);
    for (const name of ["New", "In progress"]) await follow(name, []);
  });

  test("does not keep a ticket closed when the client answers", async () => {
    await follow("New", []);
    await follow("Closed", ["In progress"]);
    const ticket = await open();
    await become(ticket, "Closed");
    await perform(client.portal, addNoteAsClient, { ticket_id: ticket.id, content: "<p>Again</p>" });
    const row = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("tickets").select("closed_at").where("id", "=", ticket.id).executeTakeFirstOrThrow(),
    );
    expect(row.closed_at).toBeNull();
    await follow("Closed", []);
  });

  test("names only other statuses of its organization", async () => {
    const self = await follow("New", ["New"]);
    expect([self.status, self.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/next_status_ids"]);
    const other = await change("ticket-statuses", idOf("New"), { next_status_ids: [client.company_id] });
    expect(other.status).toBe(422);
  });

  test("can be freed again on its page by ticking none", async () => {
    await follow("New", ["In progress"]);
    const admin = await signedIn(t, await t.harbor.as("administrator"));
    const path = `/settings/ticket-statuses/${idOf("New")}`;
    await admin.open(path);
    await admin.submit(path, { next_status_ids: "" });
    expect((await become(await open(), "Closed")).closed_at).not.toBeNull();
  });
});

describe("a type", () => {
  test("brings queue, priority and team of its own, unless something else is said", async () => {
    const pick = (table: "ticket_queues" | "ticket_priorities" | "ticket_types") =>
      reading(t.harbor.system, ({ db }) =>
        db.selectFrom(table).select("id").where("is_default", "=", false).limit(1).executeTakeFirstOrThrow(),
      );
    const [queue, priority, type] = [
      await pick("ticket_queues"),
      await pick("ticket_priorities"),
      await pick("ticket_types"),
    ];
    const team = await t.api("POST", "/api/v1/teams", {
      key,
      body: { data: { type: "teams", attributes: { name: "Field" } } },
    });
    const brings = {
      default_queue_id: queue.id,
      default_priority_id: priority.id,
      default_team_id: team.body.data.id,
    };
    expect((await change("ticket-types", type.id, brings)).status).toBe(200);
    const ticket = await open({ type_id: type.id });
    expect([ticket.queue_id, ticket.priority_id, ticket.team_id]).toEqual([queue.id, priority.id, team.body.data.id]);
    const plain = await open();
    expect(plain.queue_id).not.toBe(queue.id);
    const said = await open({ type_id: type.id, queue_id: plain.queue_id });
    expect([said.queue_id, said.priority_id]).toEqual([plain.queue_id, priority.id]);
  });
});
