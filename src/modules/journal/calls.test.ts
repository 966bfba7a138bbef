import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { users } from "../../platform/access/schema.ts";
import { inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";

let t: TestProgram;
let api: RecordApi;
let browser: Visitor;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  api = recordApi(t, await t.harbor.key("administrator"));
  browser = await signedIn(t, await t.harbor.as("technician"));
  client = await makeClient(t, "Prairie Printing");
});
afterAll(() => t.close());

describe("a call", () => {
  test("is written down in a line, with who wrote it down as the one of the team", async () => {
    await browser.open(`/companies/${client.company_id}`);
    const page = await browser.submit(`/companies/${client.company_id}/interactions`, {
      interaction_type: "call",
      subject: "New office in spring",
      duration_minutes: "12",
      contact_id: client.contact_id,
    });
    expect(page.text).toContain("New office in spring");
    const [logged] = (await api.get(`contacts/${client.contact_id}/interactions`)).body.data;
    expect(logged.attributes).toMatchObject({ subject: "New office in spring", duration_minutes: 12 });
    expect(logged.attributes.user_ids).toHaveLength(1);
    await browser.open(`/interactions/${logged.id}/edit`);
    const changed = await browser.submit(`/interactions/${logged.id}/edit`, {
      content: "They move in <May>",
      direction: "inbound",
      occurred_at: "2026-11-20T10:00",
    });
    expect(changed.text).toContain("They move in <May>");
    const after = (await api.get(`interactions/${logged.id}`)).body.data.attributes;
    expect(after).toMatchObject({ direction: "inbound", user_ids: logged.attributes.user_ids });
  });

  test("was on a day that can be: a slip of the keyboard is refused, on the page with what was typed", async () => {
    const given = { contact_id: client.contact_id, subject: "Slip" };
    for (const occurred_at of ["1800-01-01T10:00:00Z", "9999-12-31T10:00:00Z"]) {
      const refused = await api.post("interactions", "interactions", { ...given, occurred_at });
      expect([refused.status, refused.body.errors[0].code]).toEqual([422, "out_of_range"]);
      expect(refused.body.errors[0].detail).toBe("When must lie between 2000 and 2099.");
    }
    const { id } = (await api.post("interactions", "interactions", given)).body.data;
    await browser.open(`/interactions/${id}/edit`);
    const page = await browser.submit(`/interactions/${id}/edit`, { occurred_at: "1800-01-01T10:00" });
    expect([page.status, page.text.includes("When must lie between 2000 and 2099.")]).toEqual([422, true]);
    expect(page.html).toContain("1800-01-01T10:00");
  });

  test("keeps no markup that could run, neither at first nor later", async () => {
    const content = "<p>They<script>alert(1)</script> move<img src=x onerror=alert(1)></p>";
    const logged = await api.post("interactions", "interactions", {
      contact_id: client.contact_id,
      subject: "X",
      content,
    });
    expect(logged.body.data.attributes.content).toBe("<p>They move</p>");
    const { id } = logged.body.data;
    const attributes = { content: '<p onclick="x()">Or stay</p>' };
    const changed = await api.patch(`interactions/${id}`, "interactions", attributes);
    expect(changed.body.data.attributes.content).toBe("<p>Or stay</p>");
  });

  test("follows the contact's company, and refuses somebody else's contact", async () => {
    const other = await makeClient(t, "Other Printing");
    const made = await api.post("interactions", "interactions", { contact_id: other.contact_id, subject: "Hello" });
    expect(made.body.data.attributes.company_id).toBe(other.company_id);
    const wrong = await api.post("interactions", "interactions", {
      company_id: client.company_id,
      contact_id: other.contact_id,
      subject: "Hello",
    });
    expect(wrong.status).toBe(422);
  });
});

describe("changing an old call", () => {
  test("keeps its markup, and everybody who took part, whatever became of them", async () => {
    const moved = await makeClient(t, "Moved From");
    const away = await makeStaff(t.harbor, "technician", "Away Now");
    const content = "<p>First</p><table><tbody><tr><td>Cell</td></tr></tbody></table>";
    const { id, attributes } = (
      await api.post("interactions", "interactions", {
        company_id: client.company_id,
        contact_id: client.contact_id,
        subject: "Long ago",
        content,
        contact_ids: [moved.contact_id],
        user_ids: [away.id],
      })
    ).body.data;
    await inUnit(t.harbor.system, (work) => update(work, users, away.id, { deactivated_at: t.clock.now() }));
    const at = `/interactions/${id}/edit`;
    await browser.open(at);
    await browser.submit(at, { duration_minutes: "25" });
    expect((await api.get(`interactions/${id}`)).body.data.attributes).toMatchObject({
      duration_minutes: 25,
      content: attributes.content,
      contact_ids: [moved.contact_id],
      user_ids: [away.id],
    });
  });

  test("keeps a contact who has moved to another company since, on the page and over the API", async () => {
    const [before, after] = [await makeClient(t, "Once Here"), await makeClient(t, "Now There")];
    const contact = (await api.post("contacts", "contacts", { company_id: before.company_id, first_name: "Mo" })).body
      .data;
    const logged = (await api.post("interactions", "interactions", { contact_id: contact.id, subject: "Then" })).body
      .data;
    expect((await api.patch(`contacts/${contact.id}`, "contacts", { company_id: after.company_id })).status).toBe(200);
    expect((await api.patch(`interactions/${logged.id}`, "interactions", { subject: "Then, said again" })).status).toBe(
      200,
    );
    await browser.open(`/interactions/${logged.id}/edit`);
    await browser.submit(`/interactions/${logged.id}/edit`, { duration_minutes: "5" });
    const now = (await api.get(`interactions/${logged.id}`)).body.data.attributes;
    expect(now).toMatchObject({ duration_minutes: 5, contact_id: contact.id, company_id: before.company_id });
    const refused = await api.patch(`interactions/${logged.id}`, "interactions", { contact_id: after.contact_id });
    expect([refused.status, refused.body.errors[0].detail]).toEqual([422, "This contact belongs to another company."]);
  });
});

describe("the timeline", () => {
  test("has all that happened, newest first, in pages without gaps", async () => {
    const busy = await makeClient(t, "Busy Ltd");
    for (let number = 1; number <= 3; number += 1) {
      await api.post(`companies/${busy.company_id}/notes`, "record_notes", { content: `Note ${number}` });
      await api.post("interactions", "interactions", { contact_id: busy.contact_id, subject: `Call ${number}` });
      await api.post("tickets", "tickets", { title: `Ticket ${number}`, contact_id: busy.contact_id });
    }
    const kinds: string[] = [];
    const stamps: string[] = [];
    let path: string | null = `companies/${busy.company_id}/activity?page[size]=2`;
    while (path !== null) {
      const answer: ApiAnswer = await api.get(path);
      expect(answer.status).toBe(200);
      for (const one of answer.body.data) {
        kinds.push(one.attributes.kind);
        stamps.push(one.attributes.timestamp);
      }
      path = answer.body.links.next?.replace("/api/v1/", "") ?? null;
    }
    expect(stamps).toEqual(stamps.toSorted().toReversed());
    for (const kind of ["note", "interaction", "ticket"]) expect(kinds.filter((one) => one === kind)).toHaveLength(3);
    expect(kinds).toContain("change");
    const some = await api.get(`companies/${busy.company_id}/activity?filter[kind]=note`);
    expect(some.body.data.map((one: { attributes: { kind: string } }) => one.attributes.kind)).toEqual([
      "note",
      "note",
      "note",
    ]);
    expect((await browser.open(`/companies/${busy.company_id}/activity?kind=interaction`)).text).toContain("Call 3");
  });

  test("shows a reader only what they may see", async () => {
    const key = await t.harbor.key("administrator", ["companies.read"]);
    const busy = await makeClient(t, "Quiet Ltd");
    await api.post("tickets", "tickets", { title: "Secret wish", contact_id: busy.contact_id });
    const answer = await api.get(`companies/${busy.company_id}/activity`, key);
    expect(JSON.stringify(answer.body)).not.toContain("Secret wish");
  });
});
