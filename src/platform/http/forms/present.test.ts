import { expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram } from "../../../../tests/support/program.ts";
import { openTicket } from "../../../modules/tickets/index.ts";
import { find } from "../../access/reach.ts";
import { perform } from "../../action.ts";
import { reading } from "../../context.ts";

/** Whether some field of a page holds a text. */
function holds(html: string, text: string): boolean {
  return html.includes(`value="${text}"`) || html.includes(`>\n${text}</textarea>`);
}

test("a form that somebody else was faster with says what stands there now, and keeps what was typed", async () => {
  const t = await startTestProgram();
  const administrator = await t.harbor.as("administrator");
  const { company_id } = await makeClient(t, "Twice Edited");
  const ticket = await perform(administrator, openTicket, { title: "Old title", company_id });
  const made = async (path: string, type: string, attributes: Record<string, unknown>): Promise<string> => {
    const key = await t.harbor.key("administrator");
    return (await t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } })).body.data.id;
  };
  const contract = { name: "Care", company_id, contract_type: "managed_services", start_date: "2026-01-01" };
  const [contact, site, contracted, invoice, interaction, note] = [
    await made("contacts", "contacts", { first_name: "Ana", company_id }),
    await made("sites", "sites", { name: "Quay", company_id }),
    await made("contracts", "contracts", contract),
    await made("invoices", "invoices", { company_id }),
    await made("interactions", "interactions", { subject: "Call", company_id }),
    await made(`companies/${company_id}/notes`, "record_notes", { content: "<p>Old words</p>" }),
  ];
  const [one, other] = [await signedIn(t, administrator), await signedIn(t, administrator)];
  for (const [path, first, second, told] of [
    [`/companies/${company_id}/edit`, { industry: "Bakery" }, { phone: "+1 555 0100" }, "Now it says: Bakery"],
    [`/tickets/${ticket.id}/edit`, { title: "New title" }, { title: "Newer title" }, "Now it says: New title"],
    [`/contacts/${contact}/edit`, { title: "Baker" }, { title: "Chief baker" }, "Now it says: Baker"],
    [`/sites/${site}/edit`, { phone: "+1 555 0101" }, { phone: "+1 555 0102" }, "Now it says: +1 555 0101"],
    [`/contracts/${contracted}/edit`, { name: "More care" }, { name: "Most care" }, "Now it says: More care"],
    [`/invoices/${invoice}/edit`, { po_number: "PO 1" }, { po_number: "PO 2" }, "Now it says: PO 1"],
    [
      `/interactions/${interaction}/edit`,
      { subject: "Long call" },
      { subject: "Short call" },
      "Now it says: Long call",
    ],
    [`/notes/${note}/edit`, { content: "New words" }, { content: "Newer words" }, "Now it says: New words"],
  ] as const) {
    await one.open(path);
    await other.open(path);
    expect((await one.submit(path, first)).status).toBe(200);
    const refused = await other.submit(path, second);
    expect(refused.status).toBe(412);
    expect(refused.text).toContain("Somebody else has changed this record");
    expect(refused.text.split("Now it says:")).toHaveLength(path.includes("companies") ? 3 : 2);
    expect(refused.text).toContain(told);
    for (const typed of Object.values(second)) expect(holds(refused.html, typed)).toBe(true);
    // What is stored can be taken field by field: nothing is saved by that, and what else was typed stays.
    const [[field = "", stored = ""] = []] = Object.entries(first);
    const [[own = "", typed = ""] = []] = Object.entries(second);
    expect(refused.html).toContain(`name="_stored" value="${field}"`);
    const taken = await other.submit(path, { ...second, _stored: field });
    expect([path, taken.status, holds(taken.html, stored)]).toEqual([path, 412, true]);
    expect(taken.html).not.toContain(`name="_stored" value="${field}"`);
    expect(holds(taken.html, typed)).toBe(own !== field);
    // Sending it again is a choice now.
    expect((await other.submit(path, second)).status).toBe(200);
  }
  const stored = await reading(t.harbor.system, (reader) => find(reader, "tickets", ticket.id));
  expect(stored.title).toBe("Newer title");
  await t.close();
});
