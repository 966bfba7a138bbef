import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { makeApiKey } from "../src/modules/staff/index.ts";
import { users } from "../src/platform/access/schema.ts";
import { mintToken } from "../src/platform/access/tokens.ts";
import { inUnit } from "../src/platform/context.ts";
import { hashPassword } from "../src/platform/crypto/passwords.ts";
import { insert, update } from "../src/platform/database/records.ts";
import { makeClient } from "./support/desk.ts";
import { browserOf, linkFor, makeStaff, password } from "./support/people.ts";
import { setUpTwoSteps } from "./support/second-step.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/**
 * What somebody learns who guesses: nothing. Answers are compared letter by letter, and the work behind them by what is
 * done – which hashes are computed, which rows are written – never by a clock.
 */

setDefaultTimeout(180_000);

let t: TestProgram;
let known: { email: string; id: string };
let gone: { email: string; id: string };
let invited: string;
let client: string;

beforeAll(async () => {
  t = await startTestProgram();
  known = await makeStaff(t.harbor, "technician");
  gone = await makeStaff(t.harbor, "technician");
  invited = "invited@harbor.test";
  const made = await makeClient(t, "Quiet Client");
  client = made.email;
  const password_hash = await hashPassword(password);
  await inUnit(t.harbor.system, async (work) => {
    await update(work, users, gone.id, { deactivated_at: t.clock.now() });
    await insert(work, users, { user_type: "staff", name: "Ina Vited", email: invited });
    await update(work, users, made.portal.actor.user_id ?? "", { password_hash });
  });
});
afterAll(() => t.close());

/** An answer without what differs between any two: the number of the request, the form's token, the address typed. */
function plain(text: string, typed: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/"X-CSRF-Token":"[^"]*"|name="_csrf" value="[^"]*"/g, "TOKEN")
    .replaceAll(typed === "" ? "\u0000" : typed, "ADDRESS");
}

/** One question each from a network address of its own, so that one's limit is not another's. */
let asked = 0;
const from = (): Record<string, string> => {
  asked += 1;
  return { "x-forwarded-for": `198.51.100.${asked % 250}` };
};

interface Seen {
  status: number;
  text: string;
  cookies: string[];
}

async function ask(path: string, fields: Record<string, string>, typed: string): Promise<Seen> {
  const page = t.browser();
  const headers = from();
  await page.open(path, headers);
  const { status, html } = await page.submit(path, fields, headers);
  return { status, text: plain(html, typed), cookies: [...page.cookies.keys()].toSorted() };
}

async function askApi(path: string, type: string, attributes: Record<string, string>, typed: string): Promise<Seen> {
  const { status, body } = await t.api("POST", path, { headers: from(), body: { data: { type, attributes } } });
  return { status, text: plain(JSON.stringify(body), typed), cookies: [] };
}

/** How many rows each table got by something. */
async function written(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const tables = ["events", "event_deliveries", "audit_log", "mails", "one_time_tokens", "sessions"] as const;
  const count = (): Promise<number[]> =>
    t.app.database.read(t.harbor.id, async (db) => {
      const counts: number[] = [];
      for (const name of tables)
        counts.push(
          Number(
            (
              await db
                .selectFrom(name)
                .select((eb) => eb.fn.countAll().as("count"))
                .executeTakeFirstOrThrow()
            ).count,
          ),
        );
      return counts;
    });
  const before = await count();
  await run();
  const after = await count();
  return Object.fromEntries(tables.map((name, at) => [name, (after[at] ?? 0) - (before[at] ?? 0)]));
}

describe("signing in with a wrong password", () => {
  const addresses = (): [string, string][] => [
    ["known", known.email],
    ["unknown", "nobody@harbor.test"],
    ["deactivated", gone.email],
    ["not accepted yet", invited],
    ["of the other door", client],
    ["none", "not an address"],
  ];

  test("computes one hash of full cost, whoever it is, and gives one answer, by page and by API", async () => {
    const verify = spyOn(Bun.password, "verify");
    try {
      for (const way of ["page", "api"]) {
        const seen: unknown[] = [];
        for (const [kind, email] of addresses()) {
          verify.mockClear();
          const rows = await written(async () => {
            const answer =
              way === "page"
                ? await ask("/sign-in", { email, password: "a wrong lamp at sea" }, email)
                : await askApi("/api/v1/auth/login", "credentials", { email, password: "a wrong lamp at sea" }, email);
            seen.push({ ...answer, kind: null });
          });
          const hashes = verify.mock.calls.map(([, hash]) => String(hash).split("$").slice(0, 4).join("$"));
          expect({ way, kind, hashes, rows }).toEqual({
            way,
            kind,
            hashes: ["$argon2id$v=19$m=19456,t=2,p=1"],
            rows: {
              events: 1,
              event_deliveries: rows["event_deliveries"] ?? 0,
              audit_log: 0,
              mails: 0,
              one_time_tokens: 0,
              sessions: 0,
            },
          });
        }
        for (const one of seen) expect(one).toEqual(seen[0]);
        expect(seen[0]).toMatchObject({ status: 401 });
      }
    } finally {
      verify.mockRestore();
    }
  });

  test("is counted for addresses that nobody has as well, and by the place it comes from, whatever a stranger's proxy says", async () => {
    const attempt = (email: string, forwarded: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/auth/login", {
        headers: { "x-forwarded-for": forwarded },
        body: { data: { type: "credentials", attributes: { email, password: "a wrong lamp at sea" } } },
      });
    const { email: other } = await makeStaff(t.harbor, "technician");
    for (const email of ["ghost@harbor.test", other]) {
      const statuses: number[] = [];
      for (let at = 0; at < 11; at += 1) statuses.push((await attempt(email, `192.0.2.${at}`)).status);
      expect([email, statuses.filter((status) => status === 401).length, statuses.at(-1)]).toEqual([email, 10, 429]);
    }
    // What comes before the last hop was written by whoever sent it.
    const last: number[] = [];
    for (let at = 0; at < 51; at += 1)
      last.push((await attempt(`g${at}@harbor.test`, `203.0.113.${at}, 203.0.113.200`)).status);
    expect([last.filter((status) => status === 401).length, last.at(-1)]).toEqual([50, 429]);
  });
});

describe("attempts side by side", () => {
  test("are counted one by one: of many at the same moment no more get through than of one after another", async () => {
    const { email } = await makeStaff(t.harbor, "technician");
    const answers = await Promise.all(
      Array.from({ length: 24 }, () =>
        t.api("POST", "/api/v1/auth/login", {
          headers: from(),
          body: { data: { type: "credentials", attributes: { email, password: "a wrong lamp at sea" } } },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(14).fill(429)]);
    const sam = await makeStaff(t.harbor, "technician");
    await setUpTwoSteps(t, await browserOf(t, sam));
    const waiting: ReturnType<TestProgram["browser"]>[] = [];
    for (let at = 0; at < 14; at += 1) {
      const one = t.browser();
      const place = from();
      await one.open("/sign-in", place);
      await one.submit("/sign-in", { email: sam.email, password }, place);
      waiting.push(one);
    }
    const codes = await Promise.all(
      waiting.map(async (one) => (await one.submit("/sign-in/code", { code: "000000" }, from())).status),
    );
    expect(codes.filter((status) => status === 422).length).toBeLessThanOrEqual(10);
    expect(codes.filter((status) => status === 429).length).toBeGreaterThanOrEqual(4);
  });
});

describe("every way in", () => {
  /** As if there had been very many attempts that are counted under a name with this in it. */
  const exhaust = (part: string): Promise<unknown> =>
    t.app.database.platform((db) =>
      db.updateTable("rate_limits").set({ attempts: 1_000_000 }).where("limit_key", "like", `%${part}`).execute(),
    );

  test("counts attempts by the place that they come from, known account or not", async () => {
    const api = (path: string, type: string, attributes: object) => (ip: string) =>
      t.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/vnd.api+json", "x-forwarded-for": ip },
        body: JSON.stringify({ data: { type, attributes } }),
      });
    const oauth = (path: string, fields: Record<string, string>) => (ip: string) =>
      t.fetch(path, { method: "POST", headers: { "x-forwarded-for": ip }, body: new URLSearchParams(fields) });
    const page = (path: string, body: () => NonNullable<RequestInit["body"]>, type: string) => async (ip: string) => {
      const browser = t.browser();
      const { html } = await browser.open("/sign-in", { "x-forwarded-for": ip });
      const token = /"X-CSRF-Token":"([^"]*)"/.exec(html)?.[1] ?? "";
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { "x-forwarded-for": ip, "x-csrf-token": token, cookie, "content-type": type };
      return t.fetch(path, { method: "POST", headers, body: body() });
    };
    const credentials = { email: "nobody@harbor.test", password: "a wrong lamp at sea" };
    const form = "application/x-www-form-urlencoded";
    const ways: Record<string, (ip: string) => Promise<Response>> = {
      "sign-in": page("/sign-in", () => new URLSearchParams(credentials), form),
      "sign-in of clients": page("/portal/sign-in", () => new URLSearchParams(credentials), form),
      "sign-in over the API": api("/api/v1/auth/login", "credentials", credentials),
      "sign-in of clients over the API": api("/api/v1/portal/auth/login", "credentials", credentials),
      "a forgotten password": page("/forgot", () => new URLSearchParams({ email: "a@b.example" }), form),
      "a forgotten password of clients": page(
        "/portal/forgot",
        () => new URLSearchParams({ email: "a@b.example" }),
        form,
      ),
      "the same over the API": api("/api/v1/portal/auth/forgot-password", "password_resets", { email: "a@b.example" }),
      "a passkey": page("/sign-in/passkey", () => '{"response":{"id":"x"}}', "application/json"),
      "a passkey as second step": page("/sign-in/code/passkey", () => '{"response":{"id":"x"}}', "application/json"),
      "a refresh token": api("/api/v1/auth/refresh", "refresh_tokens", {
        refresh_token: mintToken("refresh", t.harbor.id).token,
      }),
      "an OAuth token": oauth("/oauth/token", { grant_type: "refresh_token" }),
      "an OAuth revocation": oauth("/oauth/revoke", { token: "x" }),
      "an OAuth introspection": oauth("/oauth/introspect", { token: "x" }),
    };
    const seen: Record<string, boolean[]> = {};
    for (const [at, [name, send]] of Object.entries(ways).entries()) {
      const ip = `192.0.2.${100 + at}`;
      const first = await send(ip);
      await exhaust(`:${ip}`);
      seen[name] = [first.status, (await send(ip)).status, (await send(`192.0.2.${180 + at}`)).status].map(
        (status) => status === 429,
      );
    }
    expect(seen).toEqual(Object.fromEntries(Object.keys(ways).map((name) => [name, [false, true, false]])));
  });

  test("counts guesses at the second step by place and by person, and at the present password by person", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    await setUpTwoSteps(t, browser);
    const enter = async (ip: string): Promise<number> => {
      const one = t.browser();
      const place = { "x-forwarded-for": ip };
      await one.open("/sign-in", place);
      await one.submit("/sign-in", { email: sam.email, password }, place);
      return (await one.submit("/sign-in/code", { code: "000000" }, place)).status;
    };
    expect(await enter("192.0.2.220")).toBe(422);
    await exhaust("second-step:192.0.2.220");
    expect(await enter("192.0.2.220")).toBe(429);
    expect(await enter("192.0.2.221")).toBe(422);
    const change = async (): Promise<number> => {
      await browser.open("/account");
      const fields = { present_password: "a wrong lamp at sea", new_password: "twelve new lamps at sea" };
      return (await browser.submit("/account/password", fields)).status;
    };
    expect(await change()).toBe(422);
    await exhaust(`password:${t.harbor.id}:${sam.id}`);
    expect(await change()).toBe(429);
  });
});

describe("asking for a new password", () => {
  test("gives one answer and does the same work for every address; mail goes to accounts, afterwards", async () => {
    for (const [path, addresses] of [
      ["/forgot", [known.email, "nobody@harbor.test", gone.email, client]],
      ["/portal/forgot", [client, "nobody@client.example", known.email]],
    ] as const) {
      const seen: unknown[] = [];
      for (const email of addresses) {
        let answer: Seen | null = null;
        const rows = await written(async () => {
          answer = await ask(path, { email }, email);
        });
        seen.push({ answer, rows });
      }
      for (const one of seen) expect(one).toEqual(seen[0]);
      expect(seen[0]).toMatchObject({ answer: { status: 200 }, rows: { mails: 0, events: 1 } });
    }
    await t.settle();
    const { rows } = await t.app.database.read(t.harbor.id, async (db) => ({
      rows: await db
        .selectFrom("mails")
        .select("to_address")
        .where("text_body", "like", "%/reset/%")
        .orderBy("to_address")
        .execute(),
    }));
    expect(rows.map(({ to_address }) => to_address)).toEqual([client, known.email].toSorted());
  });

  test("fills nobody's mailbox: it is counted by the address that is typed, in any letters, from wherever it comes", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const mails = async (): Promise<number> => {
      await t.settle();
      const rows = await t.app.database.read(t.harbor.id, (db) =>
        db.selectFrom("mails").select("id").where("to_address", "=", sam.email).execute(),
      );
      return rows.length;
    };
    for (const email of [sam.email, "ghost-reset@harbor.test"]) {
      const statuses: number[] = [];
      for (const typed of [email, email.toUpperCase(), ` ${email}`, `${email} `, email, email, email])
        statuses.push((await ask("/forgot", { email: typed }, typed)).status);
      expect([email, ...statuses]).toEqual([email, 200, 200, 200, 200, 200, 429, 429]);
    }
    expect(await mails()).toBe(5);
  });

  test("leads to the address that the settings know, whatever host, origin or proxy the request names", async () => {
    const { email } = await makeStaff(t.harbor, "technician");
    for (const [at, header] of [
      "x-forwarded-host",
      "x-original-host",
      "forwarded",
      "x-host",
      "x-forwarded-proto",
    ].entries()) {
      const answer = await t.api("POST", "/api/v1/portal/auth/forgot-password", {
        headers: { [header]: header === "forwarded" ? "host=evil.example" : "evil.example", ...from() },
        body: { data: { type: "password_resets", attributes: { email: at === 0 ? client : "x@y.example" } } },
      });
      expect([header, answer.status]).toEqual([header, 204]);
      const page = t.browser();
      const spoofed = { [header]: "evil.example", ...from() };
      await page.open("/forgot", spoofed);
      expect([header, (await page.submit("/forgot", { email }, spoofed)).status]).toEqual([header, 200]);
    }
    await t.settle();
    const bodies = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("mails").select(["text_body", "html_body"]).execute(),
    );
    expect(bodies.length).toBeGreaterThan(2);
    for (const { text_body, html_body } of bodies) {
      expect(text_body).toContain("http://harbor.test/");
      expect(text_body + (html_body ?? "")).not.toContain("evil.example");
    }
  });
});

describe("a link that works once", () => {
  test("that is wrong, used, too old, of another kind or of another organization gets one answer", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    await ask("/forgot", { email: sam.email }, sam.email);
    await t.settle();
    const right = (await linkFor(t.harbor, sam.email)).split("/").at(-1) ?? "";
    const wrong = [
      mintToken("reset", t.harbor.id).token,
      mintToken("reset", t.mill.id).token,
      mintToken("session", t.harbor.id).token,
      `${right.slice(0, -1)}${right.endsWith("A") ? "B" : "A"}`,
      right.toUpperCase(),
      "pr_",
      "%00",
    ];
    const seen: object[] = [];
    const look = async (path: string): Promise<void> => {
      const answer = await t.fetch(path);
      seen.push({ status: answer.status, text: plain(await answer.text(), path.split("/").at(-1) ?? "") });
    };
    for (const token of wrong) await look(`/reset/${token}`);
    const page = t.browser();
    await page.open(`/reset/${right}`);
    expect((await page.submit(`/reset/${right}`, { password: "eleven calm ferries at dusk" })).url).toBe("/");
    await look(`/reset/${right}`);
    for (const one of seen) expect(one).toEqual(seen[0] ?? {});
    expect(seen[0]).toMatchObject({ status: 404 });
  });
});

describe("an API key", () => {
  test("that never was, nearly is, is of another kind or of another organization gets one answer", async () => {
    const { key: good } = await inUnit(t.harbor.system, (work) => makeApiKey(work, known.id, { name: "good" }));
    const keys = [
      mintToken("api", t.harbor.id).token,
      await t.mill.key("administrator"),
      mintToken("session", t.harbor.id).token,
      mintToken("oauth_access", t.harbor.id).token,
      `${good.slice(0, -1)}${good.endsWith("A") ? "B" : "A"}`,
      good.replace("pk_", "ps_"),
      "Bearer",
      "a.b.c",
    ];
    const seen: object[] = [];
    for (const key of keys)
      for (const [name, value] of [
        ["authorization", `Bearer ${key}`],
        ["x-api-key", key],
      ] as const) {
        const answer = await t.fetch("/api/v1/companies", { headers: { [name]: value } });
        seen.push({
          status: answer.status,
          challenge: answer.headers.get("www-authenticate"),
          text: plain(await answer.text(), key),
        });
      }
    for (const one of seen) expect(one).toEqual(seen[0] ?? {});
    expect(seen[0]).toMatchObject({ status: 401, challenge: "Bearer" });
    expect((await t.api("GET", "/api/v1/companies", { key: good })).status).toBe(200);
  });
});
