import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pointerOf, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type ContractWorld, contractWorld } from "../../../tests/support/contracts.ts";
import { reading } from "../../platform/context.ts";

let t: TestProgram;
let w: ContractWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await contractWorld(t);
});
afterAll(() => t.close());

describe("rate cards", () => {
  test("hold one rate a work type, and one of them is the standard", async () => {
    const type = (await w.send("POST", "work-types", "work_types", { name: "Remote" })).body.data.id;
    const card = await w.send("POST", "rate-cards", "rate_cards", {
      name: "Card A",
      is_default: true,
      rates: { [type]: "125.50" },
    });
    expect(card.body.data.attributes).toMatchObject({ currency: "USD", is_default: true, rates: { [type]: "125.5" } });
    const { id } = card.body.data;
    const second = await w.send("POST", "rate-cards", "rate_cards", { name: "Card B", is_default: true });
    expect(second.status).toBe(201);
    expect((await t.api("GET", `/api/v1/rate-cards/${id}`, { key: w.key })).body.data.attributes.is_default).toBe(
      false,
    );
    expect(
      (
        await w.send("POST", "rate-card-items", "rate_card_items", {
          rate_card_id: id,
          work_type_id: type,
          hourly_rate: "1",
        })
      ).status,
    ).toBe(409);
    expect(pointerOf(await w.send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: "much" } }))).toEqual([
      422,
      `/data/attributes/rates/${type}`,
    ]);
    expect(pointerOf(await w.send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: "-1" } }))).toEqual([
      422,
      `/data/attributes/rates/${type}`,
    ]);
    expect(
      (await w.send("PATCH", `rate-cards/${id}`, "rate_cards", { rates: { [type]: null } })).body.data.attributes.rates,
    ).toEqual({});
    expect((await w.send("POST", "rate-cards", "rate_cards", { name: "Card A" })).status).toBe(409);
    expect((await t.api("DELETE", `/api/v1/rate-cards/${id}`, { key: w.key })).status).toBe(204);
  });

  test("in use stay, and say who uses them", async () => {
    const id = (await w.send("POST", "rate-cards", "rate_cards", { name: "Used" })).body.data.id;
    const used = await w.contract(await w.company("Card user"), { rate_card_id: id });
    const answer = await t.api("DELETE", `/api/v1/rate-cards/${id}`, { key: w.key });
    expect([answer.status, answer.body.errors[0].detail]).toEqual([409, expect.stringContaining(used.contract_number)]);
    expect((await w.send("PATCH", `rate-cards/${id}`, "rate_cards", { currency: "EUR" })).status).toBe(409);
  });
});

test("nothing half-done stays behind a failure", async () => {
  const count = (): Promise<number> =>
    reading(t.harbor.system, async ({ db }) => (await db.selectFrom("rate_cards").select("id").execute()).length);
  const before = await count();
  expect(
    (await w.send("POST", "rate-cards", "rate_cards", { name: "Half", rates: { [Bun.randomUUIDv7()]: "1" } })).status,
  ).toBe(422);
  expect(await count()).toBe(before);
});
