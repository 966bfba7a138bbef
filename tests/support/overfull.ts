import { contacts } from "../../src/modules/companies/index.ts";
import type { Ctx } from "../../src/platform/context.ts";
import { inUnit } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import { makeClient } from "./desk.ts";
import type { Place } from "./page-check.ts";
import type { TestProgram } from "./program.ts";

/** A client with more of everything than a page was drawn for. */
export interface Overfull {
  client: Ctx;
  staff: Place[];
  portal: Place[];
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** 200 characters: one word, and many. */
const oneWord = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
  .repeat(3)
  .slice(0, 200);
const manyWords = "The printer in the meeting room on the second floor prints every page twice, and again ".repeat(3);
const title = manyWords.slice(0, 200).trim();

/** Makes it over the API, as an import of somebody's worst data would. */
export async function makeOverfull(t: TestProgram): Promise<Overfull> {
  const key = await t.harbor.key("administrator");
  const make = async (path: string, type: string, attributes: Record<string, unknown>): Promise<string> => {
    const answer = await t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data.id as string;
  };
  const tags = times(60, (at) => `${at % 7 === 0 ? "betriebsunterbrechungsversicherung" : "tag"} ${at}`);
  const name = "Rheinisch-Westfälische Elektrizitätsversorgungsbeteiligungsverwaltungsgesellschaft & Co. KGaA";
  const client = await makeClient(t, name);
  const { company_id, contact_id } = client;
  const changed = await t.api("PATCH", `/api/v1/companies/${company_id}`, {
    key,
    body: {
      data: {
        type: "companies",
        attributes: { tags: tags.slice(0, 50), website: `https://${"sub.".repeat(30)}example.com` },
      },
    },
  });
  if (changed.status !== 200) throw new Error(JSON.stringify(changed.body));
  await inUnit(t.harbor.system, async (work) => {
    for (const at of times(400, (index) => index))
      await insert(work, contacts, {
        company_id,
        first_name: at % 9 === 0 ? "Maximiliane-Friederike Charlotte" : "Ida",
        last_name: at % 5 === 0 ? "von Hohenzollern-Sigmaringen zu Schleswig-Holstein" : `Berg ${at}`,
        email: `${at % 5 === 0 ? "maximiliane.friederike.von.hohenzollern-sigmaringen" : "ida"}${at}@elektrizitaetsversorgung.example`,
        title: at % 3 === 0 ? "Leiterin der Abteilung Betriebliche Informationstechnik und Datenschutz" : "",
      });
  });
  const ticket = await make("tickets", "tickets", { title: oneWord, company_id, contact_id, tags: tags.slice(10) });
  const second = await make("tickets", "tickets", { title, company_id, contact_id });
  for (const at of times(60, (index) => index))
    await make("tickets", "tickets", { title: `${title.slice(0, 150)} ${at}`, company_id, contact_id });
  for (const content of [oneWord, `<pre>${"a line of a log that goes on and on ".repeat(20)}</pre>`, title])
    await make(`tickets/${ticket}/notes`, "ticket_notes", { content, note_type: "public" });
  await make(`tickets/${ticket}/attachments`, "ticket_attachments", {
    file_name: `${"a-very-long-file-name-".repeat(9)}.txt`,
    content: btoa("seen"),
  });
  const contract = await make("contracts", "contracts", {
    company_id,
    name: title,
    contract_type: "managed_services",
    start_date: "2026-01-01",
    billing_cycle: "monthly",
    billing_amount: "123456789.09",
  });
  const line = { line_type: "service", quantity: "123.456", unit_price: "12345.67" };
  const lines = times(40, (at) => ({ ...line, description: at % 2 === 0 ? oneWord : title }));
  const invoice = await make("invoices", "invoices", { company_id, lines, notes: title });
  const bill = await t.api("PATCH", `/api/v1/contacts/${contact_id}`, {
    key,
    body: { data: { type: "contacts", attributes: { contact_type: "billing" } } },
  });
  for (const verb of ["approve", "send"]) {
    const answer = await t.api("POST", `/api/v1/invoices/${invoice}/${verb}`, { key });
    if (bill.status !== 200 || answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }
  const place = (path: string): Place => ({ name: `overfull ${path.replaceAll(/[0-9a-f-]{36}/g, ":id")}`, path });
  const second_ = { ...place(`/tickets/${second}`), name: "overfull /tickets/:id of many words" };
  return {
    client: client.portal,
    staff: [
      "/",
      "/tickets",
      "/tickets?columns=title,tags,company,contact,status",
      `/tickets/${ticket}`,
      `/tickets/${ticket}/edit`,
      `/tickets/new?company_id=${company_id}`,
      "/companies",
      `/companies/${company_id}`,
      `/companies/${company_id}/edit`,
      `/companies/${company_id}/activity`,
      "/contacts",
      `/contacts/${contact_id}`,
      `/contracts/${contract}`,
      "/invoices",
      `/invoices/${invoice}`,
      "/billing/aging",
      "/settings/tags",
      "/search?q=printer",
    ]
      .map(place)
      .concat(second_),
    portal: [
      "/portal",
      "/portal/tickets",
      `/portal/tickets/${ticket}`,
      "/portal/contacts",
      `/portal/invoices/${invoice}`,
    ].map(place),
  };
}
