import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { document, pointers } from "../../../tests/support/record-api.ts";
import { ticketApi } from "../../../tests/support/ticket-api.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { addNoteAsClient, openTicketAsClient, openTicketWithFiles, takeFiles } from "./index.ts";

let t: TestProgram;
let open: ReturnType<typeof ticketApi>["open"];
let change: ReturnType<typeof ticketApi>["change"];
let note: ReturnType<typeof ticketApi>["note"];
let show: ReturnType<typeof ticketApi>["show"];
let idOf: ReturnType<typeof ticketApi>["idOf"];
let technician: string;
let finance: string;
let harbor: Client;
let other: Client;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.key("technician");
  ({ open, change, note, show, idOf } = ticketApi(t, technician));
  finance = await t.harbor.key("finance");
  harbor = await makeClient(t, "Prairie Printing");
  other = await makeClient(t, "Mesa Dental");
});
afterAll(() => t.close());

describe("files", () => {
  test("come as a form or as a document, and are given out as what they are", async () => {
    const { id } = (await open({ title: "Files", company_id: harbor.company_id })).body.data;
    const form = new FormData();
    form.append("file", new File(["<svg onload=alert(1)>"], "../x<y>.svg", { type: "image/svg+xml" }));
    const sent = await t.fetch(`/api/v1/tickets/${id}/attachments`, {
      method: "POST",
      body: form,
      headers: { authorization: `Bearer ${technician}` },
    });
    expect(sent.status).toBe(201);
    const { attributes } = ((await sent.json()) as ApiAnswer["body"]).data;
    expect(attributes).toMatchObject({ file_name: "x_y_.svg", file_size: 21 });
    expect(attributes.storage_path).toBeUndefined();
    const bytes = await t.fetch(attributes.content_url, { headers: { authorization: `Bearer ${technician}` } });
    expect(await bytes.text()).toBe("<svg onload=alert(1)>");
    expect(bytes.headers.get("content-type")).toBe("application/octet-stream");
    const made = await t.api("POST", `/api/v1/tickets/${id}/attachments`, {
      key: technician,
      body: document("ticket_attachments", { file_name: "a.txt", mime_type: "text/plain", content: btoa("hello") }),
    });
    expect(made.status).toBe(201);
    expect((await t.api("GET", `/api/v1/tickets/${id}/attachments`, { key: technician })).body.data).toHaveLength(2);
    const elsewhere = (await open({ title: "Elsewhere", company_id: harbor.company_id })).body.data.id;
    expect(
      (await t.api("GET", `/api/v1/tickets/${elsewhere}/attachments/${made.body.data.id}/content`, { key: technician }))
        .status,
    ).toBe(404);
  });

  test("are refused when they are no file", async () => {
    const { id } = (await open({ title: "No files", company_id: harbor.company_id })).body.data;
    const send = (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("POST", `/api/v1/tickets/${id}/attachments`, {
        key: technician,
        body: document("ticket_attachments", attributes),
      });
    expect(pointers(await send({ file_name: "a", content: "%%%" }))).toEqual(["/data/attributes/content"]);
    expect(pointers(await send({ content: "" }))).toEqual(["/data/attributes/file_name"]);
    expect(pointers(await send({ file_name: "a", content: "", storage_path: "deadbeef" }))).toEqual([
      "/data/attributes/storage_path",
    ]);
    const many = Array.from({ length: 11 }, (_, index) => ({ name: `${index}`, type: "", bytes: new Uint8Array() }));
    await expect(takeFiles(await t.harbor.as("technician"), many)).rejects.toMatchObject({ status: 422 });
  });
});

describe("a client", () => {
  const titleOnly = { title: "My screen is black", description: "<p>Since <b>today</b></p>" };

  test("opens tickets for the own company, and sees the words of the lists", async () => {
    const ticket = await perform(harbor.portal, openTicketAsClient, titleOnly);
    expect(ticket).toMatchObject({
      company_id: harbor.company_id,
      contact_id: harbor.contact_id,
      source: "portal",
      last_client_reply_at: testNow,
      assigned_to_id: null,
    });
    await expect(
      perform(harbor.portal, openTicketAsClient, { ...titleOnly, company_id: other.company_id }),
    ).rejects.toMatchObject({ status: 422 });
    expect((await reading(harbor.portal, (ctx) => find(ctx, "ticket_statuses", ticket.status_id))).name).toBe("New");
  });

  test("hangs files on it, all or nothing", async () => {
    const [file] = await takeFiles(harbor.portal, [
      { name: "screen.png", type: "image/png", bytes: new Uint8Array([1]) },
    ]);
    if (file === undefined) throw new Error("not stored");
    const ticket = await openTicketWithFiles(harbor.portal, titleOnly, [file], openTicketAsClient);
    const seen = await reading(harbor.portal, (ctx) =>
      reach(ctx, "ticket_attachments").selectAll().where("ticket_id", "=", ticket.id).execute(),
    );
    expect(seen.map((row) => row.file_name)).toEqual(["screen.png"]);
    await expect(openTicketWithFiles(harbor.portal, { title: "" }, [file], openTicketAsClient)).rejects.toMatchObject({
      status: 422,
    });
  });

  test("reads neither internal notes nor files on them, nor anything of another company", async () => {
    const { id } = (await open({ title: "Secrets", company_id: harbor.company_id })).body.data;
    await note(id, { note_type: "internal", content: "Client is annoying" });
    await note(id, { note_type: "public", content: "We are on it" });
    const notes = (who: Client): Promise<string[]> =>
      reading(who.portal, async (ctx) =>
        (await reach(ctx, "ticket_notes").selectAll().where("ticket_id", "=", id).execute()).map((row) => row.content),
      );
    expect(await notes(harbor)).toEqual(["We are on it"]);
    expect(await notes(other)).toEqual([]);
    await expect(reading(other.portal, (ctx) => find(ctx, "tickets", id))).rejects.toMatchObject({ status: 404 });
    await expect(perform(other.portal, addNoteAsClient, { ticket_id: id, content: "Let me in" })).rejects.toMatchObject(
      { status: 404 },
    );
  });

  test("opens a closed ticket again by answering", async () => {
    const { id } = (await open({ title: "Back again", contact_id: harbor.contact_id })).body.data;
    await change(id, { status_id: await idOf("ticket-statuses", "Closed") });
    const written = await perform(harbor.portal, addNoteAsClient, { ticket_id: id, content: "<p>It is back</p>" });
    expect(written.note_type).toBe("public");
    expect(await show(id)).toMatchObject({
      status_id: await idOf("ticket-statuses", "New"),
      closed_at: null,
      last_client_reply_at: testNow,
    });
  });
});

describe("who may", () => {
  test("finance reads, and writes nothing", async () => {
    expect((await t.api("GET", "/api/v1/tickets", { key: finance })).status).toBe(200);
    expect((await open({ title: "No", company_id: harbor.company_id }, finance)).status).toBe(403);
    expect(
      (
        await t.api("POST", "/api/v1/ticket-queues", {
          key: technician,
          body: document("ticket_queues", { name: "Mine" }),
        })
      ).status,
    ).toBe(403);
  });

  test("another organization sees nothing of it", async () => {
    const { id } = (await open({ title: "Ours", company_id: harbor.company_id })).body.data;
    const at = { key: await t.mill.key("administrator"), tenant: t.mill };
    expect((await t.api("GET", "/api/v1/tickets", at)).body.data).toEqual([]);
    for (const path of ["", "/notes", "/attachments", "/activity"])
      expect((await t.api("GET", `/api/v1/tickets/${id}${path}`, at)).status).toBe(404);
    expect(
      (await t.api("POST", `/api/v1/tickets/${id}/notes`, { ...at, body: document("ticket_notes", { content: "Hi" }) }))
        .status,
    ).toBe(404);
    expect(
      (
        await t.api("POST", "/api/v1/tickets", {
          ...at,
          body: document("tickets", { title: "x", company_id: harbor.company_id }),
        })
      ).status,
    ).toBe(422);
  });
});
