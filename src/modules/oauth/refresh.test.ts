import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type OauthDesk, oauthDesk } from "../../../tests/support/oauth.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { reading } from "../../platform/context.ts";

let t: TestProgram;
let { appOf, codeFor, exchange, refresh, companies } = {} as OauthDesk;

beforeAll(async () => {
  t = await startTestProgram();
  ({ appOf, codeFor, exchange, refresh, companies } = oauthDesk(
    t,
    await makeStaff(t.harbor, "technician", "Sam Tech"),
  ));
});
afterAll(() => t.close());

describe("a refresh token", () => {
  test("is renewed with each use; shown a second time, it ends the access for both", async () => {
    const app = await appOf();
    const first = (await exchange(app, await codeFor(app.id))).body;
    t.clock.advance(3600_000);
    const second = await refresh(app, first.refresh_token);
    expect(second.status).toBe(200);
    expect((await companies(second.body.access_token)).status).toBe(200);
    expect((await refresh(app, first.refresh_token)).body.error).toBe("invalid_grant");
    expect((await companies(second.body.access_token)).status).toBe(401);
    expect((await refresh(app, second.body.refresh_token)).status).toBe(400);
    const told = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("events").select("id").where("event_name", "=", "oauth.token_reused").execute(),
    );
    expect(told.length).toBeGreaterThan(0);
  });

  test("is not used up by a request for more than was allowed, which is a mistake and no theft", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id, { scope: "companies.read companies.write" }));
    const wider = await refresh(app, body.refresh_token, { scope: "companies.read staff.manage" });
    expect([wider.status, wider.body.error]).toEqual([400, "invalid_scope"]);
    expect((await companies(body.access_token)).status).toBe(200);
    expect((await refresh(app, body.refresh_token)).status).toBe(200);
  });

  test("keeps its scope when an access token is made that can do less", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id, { scope: "companies.read companies.write" }));
    const less = (await refresh(app, body.refresh_token, { scope: "companies.read" })).body;
    expect(less.scope).toBe("companies.read");
    expect((await refresh(app, less.refresh_token)).body.scope).toBe("companies.read companies.write");
  });

  test("of many uses at the same moment works once", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id));
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(app, body.refresh_token)));
    expect(answers.filter((answer) => answer.status === 200).length).toBeLessThan(2);
  });

  test("belongs to its client, and ends after thirty days", async () => {
    const [app, other] = [await appOf(), await appOf({ name: "Other Tool" })];
    const { body } = await exchange(app, await codeFor(app.id));
    expect((await refresh(other, body.refresh_token)).status).toBe(400);
    t.clock.advance(30 * 86_400_000);
    expect((await refresh(app, body.refresh_token)).status).toBe(400);
  });
});
