import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { type ApiAnswer, pointerOf, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type ContractWorld, contractWorld } from "../../../tests/support/contracts.ts";
import { reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { cancelContract, createItem } from "./index.ts";

let t: TestProgram;
let w: ContractWorld;
let technicianKey: string;

beforeAll(async () => {
  t = await startTestProgram();
  w = await contractWorld(t);
  technicianKey = await t.harbor.key("technician");
});
afterAll(() => t.close());

describe("contracts over the API", () => {
  test("are made as numbered drafts in the company's currency, changed and deleted", async () => {
    const company_id = await w.company("Łódź Optics", "EUR");
    const made = await w.send("POST", "contracts", "contracts", {
      name: "Care",
      company_id,
      contract_type: "managed_services",
      start_date: "2026-11-01",
      billing_amount: "450.00",
      renewal_terms: { months: 6 },
    });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({
      contract_number: expect.stringMatching(/^C-\d{4}$/),
      status: "draft",
      currency: "EUR",
      billing_amount: "450.00",
      billing_cycle: "monthly",
      end_date: null,
      renewal_terms: { months: 6 },
    });
    const { id } = made.body.data;
    const changed = await w.send("PUT", `contracts/${id}`, "contracts", { name: "Care Plus", end_date: "2027-10-31" });
    expect(changed.body.data.attributes).toMatchObject({
      name: "Care Plus",
      end_date: "2027-10-31",
      billing_amount: "450.00",
    });
    await w.send("POST", `contracts/${id}/items`, "contract_items", {
      name: "Monitoring",
      item_type: "recurring_service",
      unit_price: "5",
    });
    expect((await t.api("GET", `/api/v1/companies/${company_id}/contracts`, { key: w.key })).body.data).toHaveLength(1);
    expect((await t.api("DELETE", `/api/v1/contracts/${id}`, { key: w.key })).status).toBe(204);
    expect((await t.api("GET", `/api/v1/contracts/${id}`, { key: w.key })).status).toBe(404);
  });

  test("refuse what contradicts itself, with a pointer, and write nothing", async () => {
    const company_id = await w.company("Refused Ltd", "EUR");
    const other = await makeClient(t, "Other people");
    const card = (await w.send("POST", "rate-cards", "rate_cards", { name: "Dollars", currency: "USD" })).body.data.id;
    const base = { name: "X", company_id, contract_type: "warranty", start_date: "2026-11-01" };
    for (const [given, field] of [
      [{ end_date: "2026-10-31" }, "end_date"],
      // What other programs write for "never" would have no period to bill, and could not be renewed.
      [{ end_date: "9999-12-31" }, "end_date"],
      [{ start_date: "2026-02-30" }, "start_date"],
      [{ start_date: "9999-12-31" }, "start_date"],
      [{ currency: "USD" }, "currency"],
      [{ billing_amount: "-1" }, "billing_amount"],
      [{ billing_amount: "1.005" }, "billing_amount"],
      [{ contract_type: "handshake" }, "contract_type"],
      [{ status: "expired" }, "status"],
      [{ contract_number: "C-1" }, "contract_number"],
      [{ rate_card_id: card }, "rate_card_id"],
      [{ signed_by_contact_id: other.contact_id }, "signed_by_contact_id"],
      [{ renewal_terms: { months: 0 } }, "renewal_terms/months"],
      [{ company_id: Bun.randomUUIDv7() }, "company_id"],
      [{ name: " " }, "name"],
    ] as const) {
      expect([
        given,
        pointerOf(await w.send("POST", "contracts", "contracts", { ...base, ...given })),
      ] as unknown).toEqual([given, [422, `/data/attributes/${field}`]]);
    }
    expect((await t.api("GET", `/api/v1/companies/${company_id}/contracts`, { key: w.key })).body.data).toEqual([]);
    const { id } = (await w.send("POST", "contracts", "contracts", { ...base, end_date: "2026-11-01" })).body.data;
    expect(pointerOf(await w.send("PATCH", `contracts/${id}`, "contracts", { company_id: other.company_id }))).toEqual([
      422,
      "/data/attributes/company_id",
    ]);
    expect(pointerOf(await w.send("PATCH", `contracts/${id}`, "contracts", { start_date: "2026-11-02" }))).toEqual([
      422,
      "/data/attributes/end_date",
    ]);
  });

  test("keep who has signed them, although they have moved to another company since", async () => {
    const company_id = await w.company("Signed Ltd");
    const there = await w.company("Next Employer");
    const person = (await w.send("POST", "contacts", "contacts", { company_id, first_name: "Sig" })).body.data.id;
    const base = { name: "Signed", company_id, contract_type: "warranty", start_date: "2026-11-01" };
    const made = await w.send("POST", "contracts", "contracts", { ...base, signed_by_contact_id: person });
    const { id } = made.body.data;
    expect((await w.send("PATCH", `contacts/${person}`, "contacts", { company_id: there })).status).toBe(200);
    const visitor = await signedIn(t, await t.harbor.as("administrator"));
    await visitor.open(`/contracts/${id}/edit`);
    await visitor.submit(`/contracts/${id}/edit`, { name: "Signed and kept" });
    const now = (await t.api("GET", `/api/v1/contracts/${id}`, { key: w.key })).body.data.attributes;
    expect(now).toMatchObject({ name: "Signed and kept", signed_by_contact_id: person });
  });

  test("have items whose price is exact", async () => {
    const { id } = await w.contract(await w.company("Items Ltd"));
    const add = (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      w.send("POST", `contracts/${id}/items`, "contract_items", attributes);
    const made = await add({
      name: "Backup, per GB",
      item_type: "recurring_service",
      quantity: "1500",
      unit_price: "0.0035",
    });
    expect(made.body.data.attributes).toMatchObject({
      total_price: "5.25",
      currency: "USD",
      sort_order: 1,
      contract_id: id,
    });
    expect(
      (await add({ name: "Fans", item_type: "product", quantity: "3", unit_price: "0.335" })).body.data.attributes
        .total_price,
    ).toBe("1.01");
    for (const [given, field] of [
      [{ item_type: "block_hours", unit_price: "1" }, "included_hours"],
      [{ item_type: "block_hours", unit_price: "1", included_hours: "0" }, "included_hours"],
      [{ item_type: "product", unit_price: "1", quantity: "-1" }, "quantity"],
      [{ item_type: "product", unit_price: "1", overage_rate: "-5" }, "overage_rate"],
      [{ item_type: "product", unit_price: "1", overage_rate: "99999999999999" }, "overage_rate"],
      [{ item_type: "product", unit_price: "999999999999999", quantity: "999999999999999" }, "unit_price"],
      [{ item_type: "product", unit_price: "1", total_price: "1.00" }, "total_price"],
      [{ item_type: "product", unit_price: "1", work_type_id: Bun.randomUUIDv7() }, "work_type_id"],
    ] as const) {
      expect([given, pointerOf(await add({ name: "X", ...given }))] as unknown).toEqual([
        given,
        [422, `/data/attributes/${field}`],
      ]);
    }
    const item = made.body.data.id;
    const changed = await w.send("PATCH", `contract-items/${item}`, "contract_items", { quantity: "2000" });
    expect(changed.body.data.attributes.total_price).toBe("7.00");
    expect((await t.api("GET", `/api/v1/contracts/${id}/items`, { key: w.key })).body.data).toHaveLength(2);
    expect((await t.api("DELETE", `/api/v1/contract-items/${item}`, { key: w.key })).status).toBe(204);
    expect((await t.api("GET", `/api/v1/contracts/${id}/items`, { key: w.key })).body.data).toHaveLength(1);
  });
});

describe("who may", () => {
  test("technicians read contracts and write none", async () => {
    const { id } = await w.contract(await w.company("Read only Ltd"));
    expect((await t.api("GET", `/api/v1/contracts/${id}`, { key: technicianKey })).status).toBe(200);
    for (const answer of [
      await w.send("PATCH", `contracts/${id}`, "contracts", { name: "Mine" }, technicianKey),
      await w.send(
        "POST",
        `contracts/${id}/items`,
        "contract_items",
        { name: "X", item_type: "product", unit_price: "1" },
        technicianKey,
      ),
      await w.send("POST", `contracts/${id}/cancel`, "contracts", {}, technicianKey),
      await w.send("POST", "rate-cards", "rate_cards", { name: "Mine" }, technicianKey),
    ]) {
      expect(answer.status).toBe(403);
    }
  });

  test("another organization reaches none of it", async () => {
    const { id } = await w.contract(await w.company("Ours Ltd"));
    const item = (
      await perform(w.admin, createItem, { contract_id: id, name: "X", item_type: "product", unit_price: "1" })
    ).id;
    const at = { key: await t.mill.key("administrator"), tenant: t.mill };
    for (const path of [
      `contracts/${id}`,
      `contracts/${id}/items`,
      `contracts/${id}/hour-balance`,
      `contracts/${id}/activity`,
      `contract-items/${item}`,
    ]) {
      expect([path, (await t.api("GET", `/api/v1/${path}`, at)).status]).toEqual([path, 404]);
    }
    expect((await t.api("POST", `/api/v1/contracts/${id}/cancel`, at)).status).toBe(404);
    expect(
      (
        await t.api("POST", `/api/v1/contracts/${id}/items`, {
          ...at,
          body: { data: { type: "contract_items", attributes: { name: "X", item_type: "product", unit_price: "1" } } },
        })
      ).status,
    ).toBe(404);
    expect(
      (
        await t.api("POST", "/api/v1/contract-items", {
          ...at,
          body: {
            data: {
              type: "contract_items",
              attributes: { contract_id: id, name: "X", item_type: "product", unit_price: "1" },
            },
          },
        })
      ).status,
    ).toBe(422);
  });

  test("a portal user reaches the own company's contracts without drafts, and their items; others' not, rate cards never", async () => {
    const mine = await makeClient(t, "Portal Mine");
    const theirs = await makeClient(t, "Portal Theirs");
    const ids: string[] = [];
    for (const company_id of [mine.company_id, theirs.company_id]) {
      const { id } = await w.contract(company_id);
      await perform(w.admin, createItem, { contract_id: id, name: "Item", item_type: "product", unit_price: "1" });
      ids.push(id);
    }
    const draft = await w.contract(mine.company_id, { name: "Not yet", status: "draft" });
    await perform(w.admin, createItem, { contract_id: draft.id, name: "Item", item_type: "product", unit_price: "1" });
    const seen = await reading(mine.portal, async (ctx) => ({
      contracts: (await reach(ctx, "contracts").select("id").execute()).map((row) => row.id),
      items: (await reach(ctx, "contract_items").select("contract_id").execute()).map((row) => row.contract_id),
      balances: await reach(ctx, "contract_hour_balances").select("id").execute(),
      cards: await reach(ctx, "rate_cards").select("id").execute(),
    }));
    expect(seen).toEqual({ contracts: [ids[0] ?? ""], items: [ids[0] ?? ""], balances: [], cards: [] });
    await expect(perform(mine.portal, cancelContract, { id: ids[0] })).rejects.toMatchObject({ status: 403 });
  });
});
