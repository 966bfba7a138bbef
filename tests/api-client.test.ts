import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Purser, PurserError, type Schemas } from "../docs/api/client/index.ts";
import { addAll } from "../src/platform/reference.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";
import { inUnit } from "../src/platform/context.ts";

/** The typed client of `docs/api/client` does the main job's steps: it is type-checked with everything else, and runs. */

let t: TestProgram;
let purser: Purser;
const known = { company: "", contact: "", contract: "", ticket: "", invoice: "" };

beforeAll(async () => {
  t = await startTestProgram();
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  purser = new Purser({
    url: "http://localhost",
    key: await t.harbor.key("administrator"),
    fetch: (url, init) => t.fetch(url.replace("http://localhost", ""), init),
  });
});
afterAll(() => t.close());

describe("the TypeScript client", () => {
  test("makes a company with a contact, and finds them by filter, order and inclusion", async () => {
    const company = await purser.post("/companies", {
      body: { data: { type: "companies", attributes: { name: "Foundry Law Group", currency: "USD" } } },
    });
    known.company = company.data.id;
    const contact = await purser.post("/contacts", {
      body: {
        data: {
          type: "contacts",
          attributes: {
            company_id: known.company,
            first_name: "Xavier",
            last_name: "Zhang",
            contact_type: "billing",
            email: "xavier@foundry.example",
          },
        },
      },
    });
    known.contact = contact.data.id;
    const found = await purser.get("/contacts", {
      query: {
        filter: { last_name: { like: "zha" }, company_id: known.company },
        sort: ["-last_name"],
        include: ["company"],
      },
    });
    expect(found.data.map(({ attributes }) => attributes.email)).toEqual(["xavier@foundry.example"]);
    expect(found.included?.map(({ type, id }) => [type, id])).toEqual([["companies", known.company]]);
    const few = await purser.get("/companies", { query: { fields: { companies: "name" } } });
    expect(Object.keys(few.data[0]?.attributes ?? {})).toEqual(["name"]);
  });

  test("begins a contract", async () => {
    const { data } = await purser.post("/contracts", {
      body: {
        data: {
          type: "contracts",
          attributes: {
            company_id: known.company,
            name: "Managed services",
            contract_type: "managed_services",
            start_date: "2026-11-01",
            billing_cycle: "monthly",
            billing_amount: "450.00",
          },
        },
      },
    });
    known.contract = data.id;
    const active = await purser.post("/contracts/{id}/activate", { path: { id: known.contract } });
    const { status, billing_amount }: Schemas["contracts_attributes"] = active.data.attributes;
    expect([status, billing_amount]).toEqual(["active", "450.00"]);
  });

  test("opens a ticket, writes on it and logs time", async () => {
    const ticket = await purser.post("/tickets", {
      body: {
        data: {
          type: "tickets",
          attributes: { title: "Printer on fire", company_id: known.company, contact_id: known.contact },
        },
      },
    });
    known.ticket = ticket.data.id;
    await purser.post("/tickets/{id}/notes", {
      path: { id: known.ticket },
      body: { data: { type: "ticket_notes", attributes: { content: "Please step away.", note_type: "public" } } },
    });
    const [work] = (await purser.get("/work-types", { query: { page: { size: 1 } } })).data;
    await purser.post("/time-entries", {
      body: {
        data: {
          type: "time_entries",
          attributes: {
            ticket_id: known.ticket,
            work_type_id: work?.id ?? "",
            hourly_rate: "100",
            duration_minutes: 180,
          },
        },
      },
      headers: { "Idempotency-Key": "time-1" },
    });
    expect((await purser.get("/tickets/{id}", { path: { id: known.ticket } })).data.attributes.actual_hours).toBe("3");
  });

  test("bills the month, and takes the PDF", async () => {
    const made = await purser.post("/invoices/generate/from-contract", {
      body: { data: { type: "invoices", attributes: { contract_id: known.contract, date: "2026-11-21" } } },
    });
    known.invoice = made.data.id;
    const path = { id: known.invoice };
    const approved = await purser.post("/invoices/{id}/approve", { path });
    expect([approved.data.attributes.status, approved.data.attributes.total]).toEqual(["pending", "750.00"]);
    await purser.post("/invoices/{id}/send", { path });
    const pdf = await purser.get("/invoices/{id}/pdf", { path });
    expect(await pdf.slice(0, 5).text()).toBe("%PDF-");
    const payment = await purser.post("/payments", {
      body: {
        data: {
          type: "payments",
          attributes: { invoice_id: known.invoice, amount: "750.00", payment_method: "check" },
        },
      },
    });
    expect(payment.data.relationships?.invoice?.data).toEqual({ type: "invoices", id: known.invoice });
    expect((await purser.get("/invoices/{id}", { path })).data.attributes.status).toBe("paid");
  });

  test("goes through lists of any length", async () => {
    const names: string[] = [];
    for await (const { attributes } of purser.each("/work-types", { query: { page: { size: 2 }, sort: ["name"] } }))
      names.push(attributes.name);
    expect(names.length).toBeGreaterThan(2);
    expect(new Set(names).size).toBe(names.length);
  });

  test("changes and deletes, and throws what the API refuses", async () => {
    const path = { id: known.company };
    const body = { data: { type: "companies", attributes: { phone: "555 0100" } } } as const;
    expect((await purser.patch("/companies/{id}", { path, body })).data.attributes.phone).toBe("555 0100");
    const refused = (async () => purser.delete("/companies/{id}", { path }))();
    expect(
      await refused.catch((error: unknown) => [error instanceof PurserError, (error as PurserError).status]),
    ).toEqual([true, 409]);
    const stale = purser.patch("/companies/{id}", { path, body, headers: { "If-Match": '"99"' } });
    expect(await stale.catch((error: PurserError) => error.errors[0]?.code)).toBe("stale");
    const site = await purser.post("/sites", {
      body: { data: { type: "sites", attributes: { company_id: known.company, name: "Pier" } } },
    });
    expect(await purser.delete("/sites/{id}", { path: { id: site.data.id } })).toBeUndefined();
  });
});
