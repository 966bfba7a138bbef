import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeStaff, password } from "../../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { reading } from "../../../platform/context.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

interface Tokens {
  access_token: string;
  refresh_token: string;
}

async function login(): Promise<Tokens> {
  const { email } = await makeStaff(t.harbor, "technician");
  const { body } = await t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email, password } } },
  });
  return body.data.attributes as Tokens;
}

const refresh = (refresh_token: string, path = "/api/v1/auth/refresh", tenant = t.harbor): Promise<ApiAnswer> =>
  t.api("POST", path, { tenant, body: { data: { type: "refresh_tokens", attributes: { refresh_token } } } });
const isIn = async (key: string): Promise<boolean> => (await t.api("GET", "/api/v1/companies", { key })).status === 200;

test("a refresh token is renewed with each use", async () => {
  let tokens = await login();
  const seen = new Set([tokens.refresh_token]);
  for (let hour = 0; hour < 3; hour += 1) {
    t.clock.advance(3600_000);
    expect(await isIn(tokens.access_token)).toBe(false);
    const { status, body } = await refresh(tokens.refresh_token);
    expect(status).toBe(200);
    tokens = body.data.attributes;
    expect(await isIn(tokens.access_token)).toBe(true);
    seen.add(tokens.refresh_token);
  }
  expect(seen.size).toBe(4);
});

test("one that is shown again later ends the session for both who hold it, and is told", async () => {
  const stolen = await login();
  const { body } = await refresh(stolen.refresh_token);
  const fresh: Tokens = body.data.attributes;
  t.clock.advance(31_000);
  expect((await refresh(stolen.refresh_token)).status).toBe(401);
  expect(await isIn(fresh.access_token)).toBe(false);
  expect((await refresh(fresh.refresh_token)).status).toBe(401);
  const events = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("events").select("id").where("event_name", "=", "staff.refresh_token_reused").execute(),
  );
  expect(events).toHaveLength(1);
});

test("one whose answer was lost may be shown again at once; the token of the lost answer is then worth nothing", async () => {
  const tokens = await login();
  const lost: Tokens = (await refresh(tokens.refresh_token)).body.data.attributes;
  t.clock.advance(5000);
  const again = await refresh(tokens.refresh_token);
  expect(again.status).toBe(200);
  const { refresh_token } = again.body.data.attributes as Tokens;
  // Whoever holds the lost answer after all is the second one.
  expect((await refresh(lost.refresh_token)).status).toBe(401);
  expect((await refresh(refresh_token)).status).toBe(401);
});

test("one whose successor has been used is not believed to be lost", async () => {
  const tokens = await login();
  const next: Tokens = (await refresh(tokens.refresh_token)).body.data.attributes;
  const last: Tokens = (await refresh(next.refresh_token)).body.data.attributes;
  expect((await refresh(tokens.refresh_token)).status).toBe(401);
  expect(await isIn(last.access_token)).toBe(false);
});

test("of many uses at the same moment no two leave tokens that both work", async () => {
  const { refresh_token } = await login();
  const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(refresh_token)));
  const given = answers
    .filter((answer) => answer.status === 200)
    .map((answer) => answer.body.data.attributes as Tokens);
  const works: number[] = [];
  for (const one of given) works.push((await refresh(one.refresh_token)).status);
  expect(works.filter((status) => status === 200).length).toBeLessThan(2);
});

test("ends with its session, belongs to its organization and its door, and is no access token", async () => {
  const tokens = await login();
  expect((await refresh(tokens.refresh_token, "/api/v1/auth/refresh", t.mill)).status).toBe(401);
  expect((await refresh(tokens.refresh_token, "/api/v1/portal/auth/refresh")).status).toBe(401);
  expect(await isIn(tokens.refresh_token)).toBe(false);
  expect((await refresh("nonsense")).status).toBe(401);
  await t.api("POST", "/api/v1/auth/logout", { key: tokens.access_token });
  expect((await refresh(tokens.refresh_token)).status).toBe(401);
});
