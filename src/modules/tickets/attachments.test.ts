import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { sweepJob } from "../../platform/files/sweep.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { openTicket, type TicketRow } from "./index.ts";

let t: TestProgram;
let technician: Ctx;
let client: Client;
let ticket: TicketRow;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
  ticket = await perform(technician, openTicket, { title: "Scanner", company_id: client.company_id });
});
afterAll(() => t.close());

async function attach(file_name: string, text: string): Promise<{ id: string; content_url: string }> {
  const made = await t.api("POST", `/api/v1/tickets/${ticket.id}/attachments`, {
    key: await t.harbor.key("technician"),
    body: { data: { type: "ticket_attachments", attributes: { file_name, content: btoa(text) } } },
  });
  expect(made.status).toBe(201);
  return { id: made.body.data.id, content_url: made.body.data.attributes.content_url };
}

const stored = (): Promise<{ sha256: string; file_name: string }[]> =>
  t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("files").select(["sha256", "file_name"]).orderBy("file_name").execute(),
  );

test("a file is taken off a ticket on its page, and is gone for everybody", async () => {
  const { id, content_url } = await attach("passwords.txt", "hunter2");
  const browser = await signedIn(t, technician);
  expect((await browser.open(`/tickets/${ticket.id}`)).text).toContain("passwords.txt");
  const page = await browser.submit(`/tickets/${ticket.id}/attachments/${id}/delete`);
  expect(page.text).toContain("File removed.");
  expect(page.html).not.toContain(`attachments/${id}`);
  const key = await t.harbor.key("technician");
  expect((await t.api("GET", content_url, { key })).status).toBe(404);
  const entries = await t.app.database.read(t.harbor.id, (db) =>
    db
      .selectFrom("audit_log")
      .select(["action", "old_values"])
      .where("entity_id", "=", id)
      .where("action", "=", "delete")
      .execute(),
  );
  expect(entries.map(({ old_values }) => old_values?.["file_name"])).toEqual(["passwords.txt"]);
});

test("a program takes one off; whoever may only read tickets does not, and is offered no way to", async () => {
  const { id } = await attach("plan.txt", "plan");
  const path = `/api/v1/ticket-attachments/${id}`;
  const sales = await t.harbor.as("sales");
  expect((await t.api("DELETE", path, { key: await t.harbor.key("sales") })).status).toBe(403);
  const page = await (await signedIn(t, sales)).open(`/tickets/${ticket.id}`);
  expect([page.text.includes("plan.txt"), page.html.includes(`${id}/delete`)]).toEqual([true, false]);
  expect((await t.api("DELETE", path, { key: await t.harbor.key("technician") })).status).toBe(204);
});

test("the bytes of a file that nothing has any more go with the next sweep, those of others stay", async () => {
  const kept = await attach("kept.txt", "kept");
  const names = (await stored()).map(({ file_name }) => file_name);
  expect(names).toEqual(["kept.txt", "passwords.txt", "plan.txt"]);
  const [, gone] = await stored();
  // Bytes are dated by the disk.
  t.clock.set(new Date(Date.now() + 8 * 24 * 3600_000).toISOString());
  await runJob(t.app, t.harbor.tenant, sweepJob);
  expect((await stored()).map(({ file_name }) => file_name)).toEqual(["kept.txt"]);
  await expect(t.app.files.get(t.harbor.id, gone?.sha256 ?? "")).rejects.toThrow();
  expect((await t.api("GET", kept.content_url, { key: await t.harbor.key("technician") })).body).toBe("kept");
});
