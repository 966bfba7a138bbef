import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type BulkDesk, bulkDesk, idsOf } from "../../../tests/support/bulk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { plus } from "../../platform/clock.ts";
import { archiveCompany, createCompany } from "../companies/actions.ts";
import { updateTicket } from "../tickets/index.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Ctx;
let { open, ticket, post, text, headers } = {} as BulkDesk;
let finance: Headers;

beforeAll(async () => {
  t = await startTestProgram();
  ({ technician, open, ticket, post, text, headers } = await bulkDesk(t));
  finance = await browserHeaders(t, await t.harbor.as("finance"));
});
afterAll(() => t.close());

async function report(answer: Response): Promise<string> {
  expect(answer.status).toBe(303);
  return text(answer.headers.get("location") ?? "");
}

describe("doing something with many records", () => {
  test("asks first, and says with how many", async () => {
    const rows = [await open("One"), await open("Two")];
    const answer = await post("/bulk/ask", { list: "/tickets", do: "assign", ids: idsOf(rows) });
    const html = await answer.text();
    expect(html).toContain("Assign: 2 records");
    expect(html).toContain('name="assigned_to_id"');
  });

  test("chooses nothing by itself, and changes nothing while nothing is chosen", async () => {
    const rows = [await open("Unchosen one"), await open("Unchosen two")];
    const html = await (await post("/bulk/ask", { list: "/tickets", do: "priority", ids: idsOf(rows) })).text();
    expect(/<select[^>]*name="priority_id"[^>]*>\s*<option value=""[^>]*>Choose …/.test(html)).toBe(true);
    expect(html).toContain("Change 2 records");
    const refused = await post("/bulk/run", { list: "/tickets", do: "priority", ids: idsOf(rows), priority_id: "" });
    expect(refused.status).toBe(422);
    expect((await ticket(rows[0]?.id ?? ""))?.priority_id).toBe(rows[0]?.priority_id ?? "");
  });

  test("tells whoever is nobody so, whatever they send", async () => {
    for (const body of ["[", "{}"]) expect((await t.fetch("/api/v1/bulk", { method: "POST", body })).status).toBe(401);
  });

  test("runs the same action for each, and reports done and skipped with the reason", async () => {
    const rows = [await open("Three"), await open("Four")];
    await perform(technician, updateTicket, { id: rows[0]?.id, assigned_to_id: technician.actor.user_id });
    const said = await report(
      await post("/bulk/run", {
        list: "/tickets",
        do: "assign",
        ids: idsOf(rows),
        assigned_to_id: technician.actor.user_id ?? "",
      }),
    );
    expect(said).toContain("1 done, 1 skipped, 0 failed");
    // Each number stands once.
    expect(said.match(/\b1\b/g)).toHaveLength(2);
    expect(said).toContain("Nothing to change.");
    expect(said).toContain("Four");
    expect((await ticket(rows[1]?.id ?? "")).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("one that cannot be done does not hold up the others", async () => {
    const rows = [await open("Five"), await open("Six")];
    const said = await report(
      await post("/bulk/run", {
        list: "/tickets",
        do: "assign",
        ids: `${rows[0]?.id ?? ""},01890000-0000-7000-8000-000000000000,${rows[1]?.id ?? ""}`,
        assigned_to_id: technician.actor.user_id ?? "",
      }),
    );
    expect(said).toContain("2 done, 1 skipped, 0 failed");
    expect(said).toContain("This ticket was not found.");
  });

  test("takes all that match, in the list's words", async () => {
    await open("Matching alpha");
    await open("Matching beta");
    const asked = await post("/bulk/ask", { list: "/tickets", do: "tag", all: "yes", back: "/tickets?q=matching" });
    expect(await asked.text()).toContain("Add tags: 2 records");
    const fields = { list: "/tickets", do: "tag", all: "yes", back: "/tickets?q=matching", tags: "Printer, VIP" };
    expect(await report(await post("/bulk/run", fields))).toContain("2 done, 0 skipped, 0 failed");
    expect(await report(await post("/bulk/run", fields))).toContain("0 done, 2 skipped, 0 failed");
    expect(await text("/tickets?tag=vip")).toContain("Matching beta");
  });

  test("closes, and leaves what is closed already", async () => {
    const rows = [await open("Seven")];
    const fields = { list: "/tickets", do: "close", ids: idsOf(rows) };
    expect(await report(await post("/bulk/run", fields))).toContain("1 done, 0 skipped");
    expect((await ticket(rows[0]?.id ?? "")).closed_at).not.toBeNull();
    expect(await report(await post("/bulk/run", fields))).toContain("0 done, 1 skipped");
  });

  test("says what is missing before anything is done", async () => {
    const rows = [await open("Eight")];
    const answer = await post("/bulk/run", { list: "/tickets", do: "status", ids: idsOf(rows) });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Status is required.");
    expect((await post("/bulk/run", { list: "/tickets", do: "close", ids: "" })).status).toBe(422);
  });

  test("is offered to those only who may do it one by one", async () => {
    const rows = [await open("Nine")];
    expect((await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) }, finance)).status).toBe(404);
    expect(await text("/tickets", finance)).not.toContain("Do with the chosen");
    expect((await (await t.fetch("/tickets", { headers: finance })).text()).includes("bulk-form")).toBe(false);
    expect((await ticket(rows[0]?.id ?? "")).closed_at).toBeNull();
  });

  test("is read afterwards by whoever did it, and nobody else", async () => {
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf([await open("Ten")]) });
    const path = answer.headers.get("location") ?? "";
    expect((await t.fetch(path, { headers })).status).toBe(200);
    expect((await t.fetch(path, { headers: finance })).status).toBe(404);
  });
});

describe("taking back", () => {
  test("a run puts every record back, except those that somebody has changed since", async () => {
    const rows = [await open("Eleven"), await open("Twelve")];
    const [first, second] = rows;
    const answer = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags: "later" });
    await post("/bulk/run", {
      list: "/tickets",
      do: "assign",
      ids: idsOf(rows),
      assigned_to_id: technician.actor.user_id ?? "",
    });
    // Both have been changed since the tags; the versions tell.
    const path = answer.headers.get("location") ?? "";
    expect(await report(await post(`${path}/undo`, {}))).toContain("0 done, 0 skipped, 2 failed");
    const again = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    await perform(technician, updateTicket, { id: second?.id, title: "Twelve, renamed" });
    const back = await report(await post(`${again.headers.get("location") ?? ""}/undo`, {}));
    expect(back).toContain("1 done, 0 skipped, 1 failed");
    expect((await ticket(first?.id ?? "")).closed_at).toBeNull();
    expect((await ticket(second?.id ?? "")).closed_at).not.toBeNull();
    const twice = await post(`${again.headers.get("location") ?? ""}/undo`, {});
    expect(twice.headers.get("location")).toBe(again.headers.get("location"));
  });

  /** The offer that the page after a change makes. */
  async function offerAfter(path: string, fields: Record<string, string> = {}): Promise<string> {
    const answer = await post(path, fields);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("purser_flash=")) ?? "";
    const flash = JSON.parse(Buffer.from(cookie.split(/[=;]/)[1] ?? "", "base64url").toString()) as { undo?: string };
    return flash.undo ?? "";
  }

  test("a change offers it once, for half an hour, to whoever made it", async () => {
    const { id } = await open("Thirteen");
    const offer = await offerAfter(`/tickets/${id}/take`);
    expect((await post(`/undo/${offer}`, {}, finance)).status).toBe(404);
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
    await post(`/undo/${offer}`, {});
    expect((await ticket(id)).assigned_to_id).toBeNull();
    const version = (await ticket(id)).version;
    await post(`/undo/${offer}`, {});
    expect((await ticket(id)).version).toBe(version);
    const late = await offerAfter(`/tickets/${id}/take`);
    t.clock.set(plus(t.app.clock.now(), 31 * 60_000));
    await post(`/undo/${late}`, {});
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("leads back to the page that the button was on, and to no other site", async () => {
    const { id } = await open("Back");
    const offer = await offerAfter(`/tickets/${id}/take`);
    const backFrom = async (referer: string): Promise<string | null> =>
      (await post(`/undo/${offer}`, {}, { ...headers, referer })).headers.get("location");
    expect(await backFrom("https://evil.example/tickets")).toBe("/");
    expect(await backFrom("http://harbor.test/tickets?view=open")).toBe("/tickets?view=open");
  });

  test("is refused when somebody has changed the record since, and says so", async () => {
    const { id } = await open("Fourteen");
    const offer = await offerAfter(`/tickets/${id}/take`);
    await perform(technician, updateTicket, { id, title: "Fourteen, renamed" });
    const answer = await post(`/undo/${offer}`, {});
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("purser_flash=")) ?? "";
    expect(Buffer.from(cookie.split(/[=;]/)[1] ?? "", "base64url").toString()).toContain(
      "Somebody has changed this since",
    );
    expect((await ticket(id)).assigned_to_id).toBe(technician.actor.user_id);
  });

  test("archived comes back, and where nothing changed nothing is offered", async () => {
    const company = await perform(technician, createCompany, { name: "Short-lived Ltd" });
    const offer = await offerAfter(`/companies/${company.id}/archive`);
    await post(`/undo/${offer}`, {});
    expect((await reading(t.harbor.system, (ctx) => find(ctx, "companies", company.id))).archived_at).toBeNull();
    await perform(technician, archiveCompany, { id: company.id });
    const { id } = await open("Fifteen");
    await offerAfter(`/tickets/${id}/take`);
    expect(await offerAfter(`/tickets/${id}/take`)).toBe("");
  });
});

describe("over the API", () => {
  const body = (attributes: object): object => ({ data: { type: "bulk_runs", attributes } });

  test("an action that is for many runs for each of them, with the same report", async () => {
    const key = await t.harbor.key("technician");
    const rows = [await open("Sixteen"), await open("Seventeen")];
    const made = await t.api("POST", "/api/v1/bulk", {
      key,
      body: body({ action: "tickets.update", ids: rows.map(({ id }) => id), input: { title: "Renamed" } }),
    });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({ run_state: "finished", done_count: 2, failed_count: 0 });
    expect(made.body.data.attributes.items[0]).toEqual({ id: rows[0]?.id, outcome: "done", reason: "" });
    const undone = await t.api("POST", `/api/v1/bulk/${made.body.data.id}/undo`, { key });
    expect(undone.body.data.attributes).toMatchObject({ done_count: 2 });
    expect((await ticket(rows[0]?.id ?? "")).title).toBe("Sixteen");
    const all = await t.api("POST", "/api/v1/bulk", {
      key,
      body: body({ action: "tickets.update", list: "/tickets", query: "q=seventeen", input: { title: "By query" } }),
    });
    expect(all.body.data.attributes).toMatchObject({ total_count: 1, done_count: 1 });
  });

  test("wrong input fails for each, forbidden and unknown actions for all", async () => {
    const key = await t.harbor.key("technician");
    const { id } = await open("Eighteen");
    const start = (attributes: object, with_key = key): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/bulk", { key: with_key, body: body(attributes) });
    const wrong = await start({ action: "tickets.update", ids: [id], input: { title: "" } });
    expect(wrong.body.data.attributes).toMatchObject({ failed_count: 1, done_count: 0 });
    expect((await start({ action: "billing.approve", ids: [id] })).status).toBe(403);
    expect((await start({ action: "staff.sign_in", ids: [id] })).status).toBe(422);
    expect((await start({ action: "tickets.update" })).status).toBe(422);
    expect((await start({ action: "tickets.update", list: "/invoices", query: "" })).status).toBe(403);
    const few = await t.harbor.key("technician", ["tickets.read"]);
    expect((await start({ action: "tickets.update", ids: [id], input: { title: "x" } }, few)).status).toBe(403);
  });
});
