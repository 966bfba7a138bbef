import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { decoded } from "../../../tests/support/entities.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { perform } from "../../platform/action.ts";
import { inUnit } from "../../platform/context.ts";
import { StoredBytes } from "../../platform/files/files.ts";
import { addRecordAttachment, addRecordNote } from "./actions.ts";
import { setRoles } from "../staff/index.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";

let t: TestProgram;
let admin: string;
let api: RecordApi;
let browser: Visitor;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  api = recordApi(t, admin);
  browser = await signedIn(t, await t.harbor.as("technician"));
  client = await makeClient(t, "Prairie Printing");
});
afterAll(() => t.close());

describe("notes", () => {
  test("are sanitized, stand on the page of what they are about, and are found by their words", async () => {
    const made = await api.post(`companies/${client.company_id}/notes`, "record_notes", {
      content: "<p>Gate code is <b>kumquat</b></p><script>alert(1)</script>",
      is_pinned: true,
    });
    expect([made.status, made.body.data.attributes.content]).toEqual([201, "<p>Gate code is <b>kumquat</b></p>"]);
    expect((await browser.open(`/companies/${client.company_id}`)).text).toContain("Gate code is kumquat");
    expect((await api.get("companies?filter[q]=kumquat")).body.data).toHaveLength(1);
    expect((await api.get(`companies/${client.company_id}/notes`)).body.data).toHaveLength(1);
    await api.remove(`record-notes/${made.body.data.id}`);
    expect((await api.get("companies?filter[q]=kumquat")).body.data).toHaveLength(0);
  });

  test("are changed where they stand, with who did it and when; what they said before stays in the audit log", async () => {
    const made = await api.post(`companies/${client.company_id}/notes`, "record_notes", {
      content: "<p>Call <strong>Ana</strong> first</p>",
    });
    const at = `/notes/${made.body.data.id}/edit`;
    const form = await browser.open(at);
    expect(form.text).toContain("Call **Ana** first");
    const page = await browser.submit(at, { content: "Call **Ana** first\n- or Bo", is_pinned: "true" });
    expect(page.html).toContain("<p>Call <strong>Ana</strong> first</p><ul><li>or Bo</li></ul>");
    const { attributes } = (await api.get(`record-notes/${made.body.data.id}`)).body.data;
    expect(attributes).toMatchObject({ is_pinned: true, edited_at: t.clock.now() });
    expect(page.text).toContain("edited by");
    const log = (await api.get("audit-log?filter[entity_type]=record_notes&filter[action]=update&sort=-timestamp"))
      .body;
    expect(JSON.stringify(log.data[0].attributes.old_values)).toContain("Call <strong>Ana</strong> first");
    await browser.open(at);
    const empty = await browser.submit(at, { content: " " });
    expect(empty.status).toBe(422);
  });

  test("tell whom they mention, if they may see what it is about: in the app and by mail, once", async () => {
    const kim = await makeStaff(t.harbor, "technician", "Kim Ortega");
    const blind = await makeStaff(t.harbor, "technician", "Bo Blind");
    await inUnit(t.harbor.system, (work) => setRoles(work, blind.id, []));
    const mailsTo = async (email: string): Promise<string[]> => {
      await t.settle();
      const rows = await t.app.database.read(t.harbor.id, (db) =>
        db.selectFrom("mails").select("text_body").where("to_address", "=", email).execute(),
      );
      return rows.map(({ text_body }) => text_body);
    };
    for (const [path, about] of [
      [`companies/${client.company_id}`, "Prairie Printing"],
      [`contacts/${client.contact_id}`, "Ana"],
    ] as const) {
      const before = (await mailsTo(kim.email)).length;
      const made = await api.post(`${path}/notes`, "record_notes", {
        content: "<p>@Kim Ortega and @Bo Blind know</p>",
      });
      expect(made.body.data.attributes.content).toBe("<p><strong>@Kim Ortega</strong> and @Bo Blind know</p>");
      const mails = await mailsTo(kim.email);
      expect(mails).toHaveLength(before + 1);
      expect(mails.at(-1)).toContain("@Kim Ortega and @Bo Blind know");
      expect(mails.at(-1)).toContain(about);
      expect(mails.at(-1)).toContain(`http://harbor.test/${path}/notes?note=${made.body.data.id}#note-`);
    }
    expect(await mailsTo(blind.email)).toEqual([]);
    const visitor = await browserOf(t, kim);
    const list = await visitor.open("/notifications");
    expect(list.text).toContain("mentions you on Prairie Printing");
    const opened = await visitor.open(/\/notifications\/[0-9a-f-]{36}\/open/.exec(list.html)?.[0] ?? "");
    expect(opened.html).toContain("<strong>@Kim Ortega</strong>");
  });

  test("that are changed tell those who were not mentioned before", async () => {
    const ines = await makeStaff(t.harbor, "technician", "Ines Vidal");
    const lou = await makeStaff(t.harbor, "technician", "Lou Park");
    const told = async (): Promise<(string | null)[]> => {
      await t.settle();
      const rows = await t.app.database.read(t.harbor.id, (db) =>
        db
          .selectFrom("notifications")
          .select("user_id")
          .where("user_id", "in", [ines.id, lou.id])
          .orderBy("id")
          .execute(),
      );
      return rows.map(({ user_id }) => user_id);
    };
    const made = await api.post(`companies/${client.company_id}/notes`, "record_notes", {
      content: "<p>@Ines Vidal</p>",
    });
    expect(await told()).toEqual([ines.id]);
    const changed = await api.patch(`record-notes/${made.body.data.id}`, "record_notes", {
      content: "<p>@Ines Vidal or @Lou Park</p>",
    });
    expect(changed.status).toBe(200);
    expect(await told()).toEqual([ines.id, lou.id]);
  });

  test("offer whom an @ can tell where they are written and changed", async () => {
    await makeStaff(t.mill, "technician", "Noa Miller");
    await makeStaff(t.harbor, "technician", "Noa Berg");
    const made = await api.post(`companies/${client.company_id}/notes`, "record_notes", {
      content: "<p>Whom to ask</p>",
    });
    const at = `/companies/${client.company_id}/mentions`;
    for (const path of [`/companies/${client.company_id}/notes`, `/notes/${made.body.data.id}/edit`])
      expect((await browser.open(path)).html).toContain(`data-mentions="${at}"`);
    const offered = await browser.open(`${at}?q=noa`);
    expect(offered.html).toContain('data-handle="Noa Berg"');
    expect(offered.text).not.toContain("Noa Miller");
    const named = await api.get(`companies/${client.company_id}/mentionable-users?q=noa`);
    expect(named.body.data.map((one: { attributes: { name: string } }) => one.attributes.name)).toEqual(["Noa Berg"]);
  });

  test("hang on one record and no more, and say something", async () => {
    const both = { company_id: client.company_id, contact_id: client.contact_id, content: "Two" };
    expect((await api.post("record-notes", "record_notes", both)).status).toBe(422);
    expect((await api.post("record-notes", "record_notes", { content: "None" })).status).toBe(422);
    expect(
      (await api.post("record-notes", "record_notes", { company_id: client.company_id, content: " " })).status,
    ).toBe(422);
  });

  test("that warn are said on each of the client's tickets, to the team alone", async () => {
    const alert = await api.post(`contacts/${client.contact_id}/notes`, "record_notes", {
      content: "Call first",
      is_alert: true,
    });
    const ticket = await api.post("tickets", "tickets", { title: "Slow", contact_id: client.contact_id });
    expect((await browser.open(`/tickets/${ticket.body.data.id}`)).text).toContain("Call first");
    const portal = await signedIn(t, client.portal);
    expect((await portal.open(`/portal/tickets/${ticket.body.data.id}`)).text).not.toContain("Call first");
    await browser.open(`/contacts/${client.contact_id}/notes`);
    expect((await browser.submit(`/notes/${alert.body.data.id}/pin`)).text).toContain("Unpin");
    expect((await browser.submit(`/notes/${alert.body.data.id}/alert`)).text).toContain("Warn on tickets");
    expect((await browser.open(`/tickets/${ticket.body.data.id}`)).text).not.toContain("Call first");
  });

  test("keep what was typed when something is wrong", async () => {
    await browser.open(`/sites/${await site()}/notes`);
    const refused = await browser.submit(`/sites/${await site()}/notes`, { content: "   ", is_pinned: "true" });
    expect([refused.status, refused.text.includes("Note is required.")]).toEqual([422, true]);
  });

  const site = async (): Promise<string> => {
    const known = (await api.get(`companies/${client.company_id}/sites`)).body.data[0];
    if (known !== undefined) return known.id as string;
    return (await api.post("sites", "sites", { name: "Works", company_id: client.company_id })).body.data.id as string;
  };
});

describe("files", () => {
  test("are saved by the browser, never shown, and gone when they are removed", async () => {
    const made = await api.post(`companies/${client.company_id}/attachments`, "record_attachments", {
      file_name: "plan.svg",
      mime_type: "image/svg+xml",
      content: btoa("<svg onload='alert(1)'/>"),
    });
    expect(made.status).toBe(201);
    const { id } = made.body.data;
    const page = await browser.open(`/companies/${client.company_id}/notes`);
    expect(page.text).toContain("plan.svg");
    const file = await t.fetch(made.body.data.attributes.content_url, {
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    expect(file.headers.get("content-disposition")).toStartWith("attachment");
    await browser.submit(`/record-attachments/${id}/delete`, {});
    expect((await api.get(`record-attachments/${id}`)).status).toBe(404);
  });
});

describe("much that was written down", () => {
  const many = 53;
  let company_id: string;
  let path: string;

  beforeAll(async () => {
    ({ company_id } = await makeClient(t, "Chatty & Sons"));
    path = `/companies/${company_id}/notes`;
    const technician = await t.harbor.as("technician");
    for (let number = 1; number <= many; number += 1) {
      t.clock.advance(1000);
      await perform(technician, addRecordNote, {
        company_id,
        content: `<p>Note number ${number}.</p>`,
        is_pinned: number === 1,
      });
      const file = new StoredBytes("a".repeat(64), 10, `File number ${number}.txt`, "text/plain");
      await perform(technician, addRecordAttachment, { company_id, file });
    }
  });
  const numbers = (html: string, what: "Note" | "File"): number[] => [
    ...new Set([...html.matchAll(new RegExp(`${what} number (\\d+)`, "g"))].map(([, number]) => Number(number))),
  ];
  const next = (html: string, name: string): string => {
    const links = [...html.matchAll(/href="([^"]+)" rel="next"/g)].map(([, href]) => decoded(href ?? ""));
    return links.find((href) => new URL(href, "http://harbor.test").searchParams.has(name)) ?? "";
  };

  test("stands on pages: all notes, pinned ones first, and all files", async () => {
    const first = (await browser.open(path)).html;
    const rest = (await browser.open(next(first, "after"))).html;
    const notes = [...numbers(first, "Note"), ...numbers(rest, "Note")];
    expect(notes.slice(0, 2)).toEqual([1, many]);
    expect(notes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: many }, (_, at) => at + 1));
    expect(rest).toContain(`href="${path}"`);
    const files = [
      ...numbers(first, "File"),
      ...numbers((await browser.open(next(first, "files_after"))).html, "File"),
    ];
    expect(files).toEqual(Array.from({ length: many }, (_, at) => many - at));
    // The two are turned by themselves, and a link that has been kept for long begins at the first page.
    expect(numbers((await browser.open(next(first, "files_after"))).html, "Note")).toEqual(numbers(first, "Note"));
    expect(numbers((await browser.open(`${path}?after=nothing`)).html, "Note")).toEqual(numbers(first, "Note"));
  });

  test("is found by a link to one note, however many came after it", async () => {
    const [old] = (await api.get(`companies/${company_id}/notes?sort=created_at&page[size]=2`)).body.data.slice(1);
    const page = await browser.open(`${path}?note=${old.id}#note-${old.id}`);
    expect(page.html).toContain(`id="note-${old.id}"`);
    expect(numbers(page.html, "Note")[0]).toBe(2);
  });

  test("shows how a long note begins, and all of it to whoever asks", async () => {
    const content = `<p>Begins <strong>here</strong></p><p>${"and goes on ".repeat(15_000)}</p><p>until the end</p>`;
    const { id } = (await api.post(`companies/${company_id}/notes`, "record_notes", { content })).body.data;
    const page = await browser.open(path);
    expect(page.text).toContain("Begins here");
    expect([page.html.length < 200_000, page.text.includes("until the end")]).toEqual([true, false]);
    const whole = `${path}?note=${id}#note-${id}`;
    expect(page.html.replaceAll("&#x3D;", "=")).toContain(`href="${whole}"`);
    expect((await browser.open(whole)).text).toContain("until the end");
    const activity = await browser.open(`/companies/${company_id}/activity`);
    expect([activity.text.includes("Begins here"), activity.html.length < 200_000]).toEqual([true, true]);
  });
});
