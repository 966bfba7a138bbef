import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { fixedClock } from "../../../tests/support/clock.ts";
import { trafficOf } from "./traffic.ts";

describe("API requests", () => {
  let t: TestProgram;
  beforeAll(async () => {
    t = await startTestProgram({ requestsPerMinute: 5 });
  });
  afterAll(() => t.close());

  const ask = (key: string, tenant = t.harbor) => t.api("GET", "/api/v1/companies", { key, tenant });

  test("beyond the limit of a key are refused with the time to wait, and are free again by and by", async () => {
    const key = await t.harbor.key("administrator");
    const first = await ask(key);
    expect([first.status, first.headers.get("ratelimit-limit"), first.headers.get("ratelimit-remaining")]).toEqual([
      200,
      "5",
      "4",
    ]);
    for (let index = 0; index < 4; index += 1) expect((await ask(key)).status).toBe(200);
    const refused = await ask(key);
    expect([refused.status, refused.body.errors[0].code]).toEqual([429, "too_many"]);
    expect(refused.headers.get("retry-after")).toBe("12");
    expect(refused.headers.get("ratelimit-remaining")).toBe("0");
    // Another key has a limit of its own.
    expect((await ask(await t.harbor.key("technician"))).status).toBe(200);
    t.clock.advance(12_000);
    expect((await ask(key)).status).toBe(200);
    expect((await ask(key)).status).toBe(429);
  });

  test("of strangers are counted for nobody", async () => {
    t.app.traffic.drain();
    for (let index = 0; index < 20; index += 1) expect((await t.api("GET", "/api/v1/companies")).status).toBe(401);
    expect(t.app.traffic.drain().size).toBe(0);
  });
});

describe("the limit of an organization", () => {
  const actor = (api_key_id: string) => ({ api_key_id, user_id: "u" }) as never;
  const tenant = (id: string, requests_per_minute: number | null) =>
    ({ id, limits: { staff: null, storage_mb: null, requests_per_minute } }) as never;

  test("holds all of its keys together, is its own before the installation's, and leaves others alone", () => {
    const traffic = trafficOf(fixedClock("2026-11-21T09:00:00.000Z"), { key: null, tenant: 2 });
    expect(traffic.take(tenant("a", 3), actor("1")).isRefused).toBe(false);
    expect(traffic.take(tenant("a", 3), actor("2")).isRefused).toBe(false);
    expect(traffic.take(tenant("a", 3), actor("3")).isRefused).toBe(false);
    expect(traffic.take(tenant("a", 3), actor("4")).isRefused).toBe(true);
    expect(traffic.take(tenant("b", null), actor("1")).isRefused).toBe(false);
    expect(traffic.take(tenant("b", null), actor("1")).isRefused).toBe(false);
    expect(traffic.take(tenant("b", null), actor("1")).isRefused).toBe(true);
    expect([...traffic.drain()]).toEqual([
      ["a", 4],
      ["b", 3],
    ]);
  });
});
