import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { createCompany } from "../companies/index.ts";
import { type ContractRow, createContract } from "./index.ts";

let t: TestProgram;
let admin: Ctx;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const company = async (name: string, currency = "USD"): Promise<string> =>
  (await perform(admin, createCompany, { name, currency })).id;
const document = (type: string, attributes: Record<string, unknown>): unknown => ({ data: { type, attributes } });
const send = (
  method: string,
  path: string,
  type: string,
  attributes: Record<string, unknown>,
  as = key,
): Promise<ApiAnswer> => t.api(method, `/api/v1/${path}`, { key: as, body: document(type, attributes) });
const pointerOf = (answer: ApiAnswer): [number, string] => [answer.status, answer.body.errors?.[0]?.source?.pointer];
const contract = (company_id: string, more: Record<string, unknown> = {}): Promise<ContractRow> =>
  perform(admin, createContract, {
    name: "Care",
    company_id,
    contract_type: "managed_services",
    start_date: "2026-01-01",
    status: "active",
    ...more,
  });

describe("rate cards", () => {
  test("hold one rate a work type, and one of them is the standard", async () => {
    const type = (await send("POST", "work-types", "work_types", { name: "Remote" })).body.data.id;
    const card = await send("POST", "rate-cards", "rate_cards", {
      name: "Card A",
      is_default: true,
      rates: { [type]: "125.50" },
    });
    expect(card.body.data.attributes).toMatchObject({ currency: "USD", is_default: true, rates: { [type]: "125.5" } });
    const { id } = card.body.data;
    const second = await send("POST", "rate-cards", "rate_cards", { name: "Card B", is_default: true });
    expect(second.status).toBe(201);
    expect((await t.api("GET", `/api/v1/rate-cards/${id}`, { key })).body.data.attributes.is_default).toBe(false);
    expect(
      (
        await send("POST", "rate-card-items", "rate_card_items", {
          rate_card_id: id,
          work_type_id: type,
          hourly_rate: "1",
        })
      ).status,
    ).toBe(409);
    expect(pointerOf(await send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: "much" } }))).toEqual([
      422,
      `/data/attributes/rates/${type}`,
    ]);
    expect(pointerOf(await send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: "-1" } }))).toEqual([
      422,
      `/data/attributes/rates/${type}`,
    ]);
    expect(
      (await send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: null } })).body.data.attributes.rates,
    ).toEqual({});
    expect((await send("POST", "rate-cards", "rate_cards", { name: "Card A" })).status).toBe(409);
    expect((await t.api("DELETE", `/api/v1/rate-cards/${id}`, { key })).status).toBe(204);
  });

  test("in use stay, and say who uses them", async () => {
    const id = (await send("POST", "rate-cards", "rate_cards", { name: "Used" })).body.data.id;
    const used = await contract(await company("Card user"), { rate_card_id: id });
    const answer = await t.api("DELETE", `/api/v1/rate-cards/${id}`, { key });
    expect([answer.status, answer.body.errors[0].detail]).toEqual([409, expect.stringContaining(used.contract_number)]);
    expect((await send("PATCH", `rate-cards/${id}`, "rate_cards", { currency: "EUR" })).status).toBe(409);
  });
});

test("nothing half-done stays behind a failure", async () => {
  const count = (): Promise<number> =>
    reading(t.harbor.system, async ({ db }) => (await db.selectFrom("rate_cards").select("id").execute()).length);
  const before = await count();
  expect(
    (await send("POST", "rate-cards", "rate_cards", { name: "Half", rates: { [Bun.randomUUIDv7()]: "1" } })).status,
  ).toBe(422);
  expect(await count()).toBe(before);
});
