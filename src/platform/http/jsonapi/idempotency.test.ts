import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { createCompany } from "../../../modules/companies/index.ts";
import { perform } from "../../action.ts";
import { type App, contextOf, type Ctx, inUnit, reading } from "../../context.ts";
import { hashToken } from "../../crypto/tokens.ts";
import { Failure } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { clearedAtOnce } from "../../jobs/clear.ts";
import { showLife } from "../../jobs/nodes.ts";
import { addAll } from "../../reference.ts";
import { onceForKey } from "./idempotency.ts";

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const company = (name: string): unknown => ({ data: { type: "companies", attributes: { name } } });
const post = (idempotencyKey: string, body: unknown, as = key, path = "/api/v1/companies"): Promise<ApiAnswer> =>
  t.api("POST", path, { key: as, body, headers: { "idempotency-key": idempotencyKey } });
const count = async (name: string): Promise<number> =>
  (await t.api("GET", `/api/v1/companies?filter[name]=${name}`, { key })).body.data.length;

describe("a POST with an Idempotency-Key", () => {
  test("is done once, and its repetition gets the same answer", async () => {
    const first = await post("order-1", company("Once"));
    const again = await post("order-1", company("Once"));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([again.headers.get("location"), again.headers.get("etag"), again.headers.get("content-type")]).toEqual([
      `/api/v1/companies/${first.body.data.id}`,
      '"1"',
      "application/vnd.api+json",
    ]);
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(await count("Once")).toBe(1);
  });

  test("is done once when it comes many times at the same moment", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => post("order-2", company("Crowd"))));
    for (const { status, body } of answers) {
      if (status === 409) expect(body.errors[0].code).toBe("request_in_progress");
      else expect(status).toBe(201);
    }
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect(await count("Crowd")).toBe(1);
  });

  test("whose key has stood for something else is refused and changes nothing", async () => {
    await post("order-3", company("Mine"));
    for (const answer of [
      await post("order-3", company("Else")),
      await post("order-3", company("Mine"), key, "/api/v1/contacts"),
    ]) {
      expect([answer.status, answer.body.errors[0].code]).toEqual([422, "idempotency_key_reused"]);
    }
    expect(await count("Else")).toBe(0);
  });

  test("that failed may be sent again with the same key, put right", async () => {
    expect((await post("order-4", company(" "))).status).toBe(422);
    expect((await post("order-4", company("Put right"))).status).toBe(201);
  });

  test("knows keys by person: another one's key is another key", async () => {
    const finance = await t.harbor.key("finance");
    const mine = await post("order-5", company("Shared name"));
    const theirs = await post("order-5", company("Shared name"), finance);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.data.id).not.toBe(mine.body.data.id);
    const [again, theirAgain] = [
      await post("order-5", company("Shared name")),
      await post("order-5", company("Shared name"), finance),
    ];
    expect([again.body.data.id, theirAgain.body.data.id]).toEqual([mine.body.data.id, theirs.body.data.id]);
  });

  test("forgets a key after a day", async () => {
    const first = await post("order-6", company("Daily"));
    t.clock.advance(24 * 3600_000 + 1);
    const later = await post("order-6", company("Daily"));
    expect(later.status).toBe(201);
    expect(later.body.data.id).not.toBe(first.body.data.id);
  });

  test("forgets what is older than a day by pieces, and its own key at once", async () => {
    await post("order-9", company("Nightly"));
    const { actor } = await t.harbor.as("administrator");
    const row = (name: string) => ({
      id: newId(),
      user_id: actor.user_id ?? "",
      key_hash: hashToken(name),
      request_hash: "",
      claimed_at: t.clock.now(),
    });
    const older = Array.from({ length: 2 * clearedAtOnce }, (_, at) => row(`older ${at}`));
    await inUnit(t.harbor.system, async ({ db }) => {
      for (let at = 0; at < older.length; at += 100)
        await db
          .insertInto("idempotency_keys")
          .values(older.slice(at, at + 100))
          .execute();
    });
    t.clock.advance(24 * 3600_000 + 1);
    const left = async (): Promise<number> => {
      const query = ({ db }: Ctx) =>
        db.selectFrom("idempotency_keys").select("id").where("request_hash", "=", "").execute();
      return (await reading(t.harbor.system, query)).length;
    };
    expect((await post("order-9", company("Nightly"))).headers.get("idempotent-replayed")).toBeNull();
    expect(await left()).toBeGreaterThanOrEqual(clearedAtOnce);
    await post("order-10", company("Nightly"));
    await post("order-11", company("Nightly"));
    expect(await left()).toBe(0);
  });

  test("that cannot be one is refused", async () => {
    for (const wrong of ["x".repeat(256), "two words", "naïve"]) {
      const answer = await post(wrong, company("Wrong"));
      expect([answer.status, answer.body.errors[0].code]).toEqual([400, "bad_idempotency_key"]);
    }
    expect(await count("Wrong")).toBe(0);
  });

  test("does nothing for somebody who is not let in", async () => {
    const answer = await t.api("POST", "/api/v1/companies", {
      body: company("No"),
      headers: { "idempotency-key": "x" },
    });
    expect(answer.status).toBe(401);
    const technician = await t.harbor.key("technician", ["tickets.read"]);
    expect((await post("order-7", company("No"), technician)).status).toBe(403);
  });

  test("works with files as well", async () => {
    const form = (): FormData => {
      const made = new FormData();
      made.append("file", new File(["Name\nBy file"], "list.csv", { type: "text/csv" }));
      return made;
    };
    // The boundary is part of what is sent: a repetition is the same bytes.
    const sent = new Request("http://localhost/", { method: "POST", body: form() });
    const headers = {
      authorization: `Bearer ${key}`,
      "idempotency-key": "order-8",
      "content-type": sent.headers.get("content-type") ?? "",
    };
    const body = await sent.arrayBuffer();
    const path = "/api/v1/contacts/import/csv?target=companies";
    const answers = [
      await t.fetch(path, { method: "POST", headers, body }),
      await t.fetch(path, { method: "POST", headers, body }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    expect(await answers[1]?.text()).toBe((await answers[0]?.text()) ?? "");
    expect(await count("By file")).toBe(1);
  });
});

describe("a request whose program died", () => {
  /** What an earlier run leaves behind: a claim of its own, marked or not. */
  const leftBehind = async (idempotencyKey: string, committed_at: string | null, node = newId()): Promise<void> => {
    const request_hash = new Bun.CryptoHasher("sha256")
      .update("POST /api/v1/companies\napplication/vnd.api+json\n")
      .update(JSON.stringify(company("Lost")))
      .digest("hex");
    const { actor } = await t.harbor.as("administrator");
    const left = {
      id: newId(),
      user_id: actor.user_id ?? "",
      key_hash: hashToken(idempotencyKey),
      request_hash,
      claimed_at: t.clock.now(),
      claimed_by: node,
      committed_at,
    };
    await inUnit(t.harbor.system, ({ db }) => db.insertInto("idempotency_keys").values(left).execute());
  };

  test("is done at once when it comes again, if it had not been done", async () => {
    await leftBehind("lost-1", null);
    expect((await post("lost-1", company("Lost"))).status).toBe(201);
    expect((await post("lost-1", company("Lost"))).headers.get("idempotent-replayed")).toBe("true");
  });

  test("is not done twice, if it had been done", async () => {
    await leftBehind("lost-2", t.clock.now());
    const answer = await post("lost-2", company("Lost"));
    expect([answer.status, answer.body.errors[0].code]).toEqual([409, "answer_lost"]);
  });

  test("stays another one's request even then", async () => {
    await leftBehind("lost-3", null);
    const answer = await post("lost-3", company("Something else"));
    expect([answer.status, answer.body.errors[0].code]).toEqual([422, "idempotency_key_reused"]);
  });

  test("waits for as long as another node that works on it shows signs of life", async () => {
    if (!MULTI_TENANT) return;
    const node = newId();
    const other: App = { ...t.app, live: { ...t.app.live, node } };
    await showLife(other);
    await leftBehind("lost-4", null, node);
    expect((await post("lost-4", company("Lost"))).body.errors[0].code).toBe("request_in_progress");
    t.clock.advance(15_000);
    await showLife(other);
    t.clock.advance(15_000);
    expect((await post("lost-4", company("Lost"))).body.errors[0].code).toBe("request_in_progress");
    t.clock.advance(21_000);
    expect((await post("lost-4", company("Lost"))).status).toBe(201);
  });

  test("is done again after a part of it was done, where that may be repeated, and is spent where it may not", async () => {
    const { actor } = await t.harbor.as("administrator");
    const ctx = contextOf(t.app, t.harbor.tenant, actor);
    const inParts = async (isRepeatable: boolean, name: string): Promise<string[]> => {
      const outcomes: string[] = [];
      for (const attempt of ["first", "second"]) {
        const request = new Request("http://harbor.test/api/v1/companies", {
          method: "POST",
          headers: { "idempotency-key": `parts-${name}` },
        });
        const answer = onceForKey(ctx, request, { isRepeatable }, async (inner) => {
          await perform(inner, createCompany, { name: `${name} ${attempt}` });
          if (attempt === "first") throw new Failure(503, "elsewhere_away", "Try again in a moment.");
          return new Response("made");
        });
        outcomes.push(await answer.then((made) => made.text()).catch((error: Failure) => error.code));
      }
      return outcomes;
    };
    expect(await inParts(true, "Again")).toEqual(["elsewhere_away", "made"]);
    expect(await inParts(false, "Spent")).toEqual(["elsewhere_away", "answer_lost"]);
  });

  test("undoes its work when it was only taken for dead and the request has been done by another", async () => {
    const { actor } = await t.harbor.as("administrator");
    const request = new Request("http://harbor.test/api/v1/companies", {
      method: "POST",
      headers: { "idempotency-key": "slow-1", "content-type": "application/vnd.api+json" },
      body: JSON.stringify(company("Slow")),
    });
    const ctx = contextOf(t.app, t.harbor.tenant, actor);
    const slow = onceForKey(ctx, request, {}, async (inner) => {
      await inUnit(t.harbor.system, ({ db }) =>
        db
          .updateTable("idempotency_keys")
          .set({ id: newId(), claimed_by: newId() })
          .where("key_hash", "=", hashToken("slow-1"))
          .execute(),
      );
      await perform(inner, createCompany, { name: "Slow" });
      return new Response("made");
    });
    expect(await slow.catch((error: Failure) => error.code)).toBe("request_in_progress");
    expect(await count("Slow")).toBe(0);
  });
});

describe("whatever is posted", () => {
  const first = async (path: string): Promise<string> =>
    (await t.api("GET", `/api/v1/${path}?page[size]=1`, { key })).body.data[0]?.id as string;

  test("a repetition makes nothing new: records, records under others, verbs, and what goes over several steps", async () => {
    await inUnit(t.harbor.system, async (work) => {
      for (const set of t.app.registry.reference) await addAll(work, set);
    });
    const made = async (path: string, type: string, attributes: object): Promise<string> => {
      const body = { data: { type, attributes } };
      const at = `/api/v1/${path}`;
      const before = (await t.api("GET", `${at}?page[size]=200`, { key })).body.data.length as number;
      const once = await post(`twice-${path}`, body, key, at);
      const again = await post(`twice-${path}`, body, key, at);
      expect([path, once.status, again.status, again.headers.get("idempotent-replayed")]).toEqual([
        path,
        201,
        201,
        "true",
      ]);
      expect(again.body).toEqual(once.body);
      expect((await t.api("GET", `${at}?page[size]=200`, { key })).body.data).toHaveLength(before + 1);
      return once.body.data.id as string;
    };
    const company_id = await made("companies", "companies", { name: "Twice" });
    const lines = [{ line_type: "service", description: "Cabling", quantity: "1", unit_price: "10.00" }];
    await made("contacts", "contacts", {
      company_id,
      first_name: "Ann",
      last_name: "Twice",
      email: "ann@twice.example",
      contact_type: "billing",
    });
    const ticket_id = await made("tickets", "tickets", { title: "Twice", company_id });
    await made(`tickets/${ticket_id}/notes`, "ticket_notes", { content: "Once", note_type: "internal" });
    await made(`companies/${company_id}/notes`, "record_notes", { content: "Once" });
    await made("time-entries", "time_entries", {
      ticket_id,
      company_id,
      work_type_id: await first("work-types"),
      date: "2026-11-03",
      duration_minutes: 30,
    });
    const invoice = await made("invoices", "invoices", { company_id, lines });
    for (const verb of ["approve", "send"]) {
      const at = `/api/v1/invoices/${invoice}/${verb}`;
      const once = await post(`twice-${verb}`, undefined, key, at);
      const again = await post(`twice-${verb}`, undefined, key, at);
      expect([verb, once.status, again.status]).toEqual([verb, 200, 200]);
      expect(again.body).toEqual(once.body);
    }
    await made("payments", "payments", { invoice_id: invoice, amount: "1.00", payment_method: "check" });
  });
});
