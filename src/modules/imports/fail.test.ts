import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Work } from "../../platform/context.ts";
import { advanceAll } from "./run.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  const company = { data: { type: "companies", attributes: { name: "Ledger Ltd" } } };
  await t.api("POST", "/api/v1/companies", { key, body: company });
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;

async function send(target: string, text: string, query = ""): Promise<Answer> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

describe("an error of the program itself", () => {
  const begun = async (names: readonly string[]): Promise<string> => {
    const taken = await send(
      "sites",
      `Name,Company\r\n${names.join(",Ledger Ltd\r\n")},Ledger Ltd\r\n`,
      "&dry_run=true",
    );
    return taken.body.data.id;
  };
  const batch = async (id: string): Promise<Record<string, unknown>> =>
    (await t.api("GET", `/api/v1/import-batches/${id}`, { key })).body.data.attributes;
  const verb = (id: string, name: "apply" | "undo"): ReturnType<typeof t.api> =>
    t.api("POST", `/api/v1/import-batches/${id}/${name}`, { key });
  /** Makes the sites' own action fail as a defect does, at one name. */
  const breakAt = (name: string): { mockRestore(): void } => {
    const create = t.app.registry.transfers.get("sites")?.create as {
      run(work: Work, input: unknown): Promise<unknown>;
    };
    const { run } = create;
    return spyOn(create, "run").mockImplementation(async (work, input) => {
      if ((input as { name: string }).name === name) throw new TypeError("row is undefined");
      return run(work, input);
    });
  };

  test("ends the import as failed, says so and what is in; it goes on from there", async () => {
    const id = await begun(Array.from({ length: 150 }, (_, at) => `Broken ${at}`));
    const broken = breakAt("Broken 120");
    const failed = await verb(id, "apply");
    expect([failed.status, failed.body.data.attributes]).toMatchObject([
      200,
      { import_status: "failed", done_rows: 100, summary: { created: { sites: 100 } } },
    ]);
    const page = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    expect((await page.open(`/imports/${id}`)).text).toContain("Purser met an error of its own. 100 of 150 rows");
    await t.settle();
    const told = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("events").select("event_name").where("event_name", "=", "imports.failed").execute(),
    );
    expect(told).toHaveLength(1);
    // Nobody is kept waiting by it, and no round tries it again.
    await advanceAll(t.app, () => false);
    expect((await send("sites", "Name,Company\r\nMeanwhile,Ledger Ltd\r\n")).status).toBe(201);
    broken.mockRestore();
    await page.submit(`/imports/${id}/go-on`, {});
    expect(await batch(id)).toMatchObject({ import_status: "applied", summary: { created: { sites: 150 } } });
    expect((await batch(id))["summary"]).not.toHaveProperty("failure");
    expect((await verb(id, "apply")).status).toBe(409);
  });

  test("leaves an import that can be taken back as far as it came, and undone once only", async () => {
    const id = await begun(Array.from({ length: 130 }, (_, at) => `Half ${at}`));
    const broken = breakAt("Half 110");
    await verb(id, "apply");
    broken.mockRestore();
    expect((await verb(id, "undo")).body.data.attributes).toMatchObject({
      import_status: "undone",
      summary: { undone: 100, left: [] },
    });
    expect((await t.api("GET", "/api/v1/sites?filter[name]=Half 1", { key })).body.data).toEqual([]);
    expect([(await verb(id, "undo")).status, (await verb(id, "apply")).status]).toEqual([409, 409]);
  });

  test("while one is taken back ends that as failed; only the rest of it can be done then", async () => {
    const id = await begun(["Stuck"]);
    await verb(id, "apply");
    const transfer = t.app.registry.transfers.get("sites") as unknown as { beforeUndo: unknown };
    const { beforeUndo } = transfer;
    transfer.beforeUndo = () => Promise.reject(new TypeError("site is undefined"));
    expect((await verb(id, "undo")).body.data.attributes).toMatchObject({ import_status: "failed", done_rows: 0 });
    transfer.beforeUndo = beforeUndo;
    expect((await verb(id, "apply")).status).toBe(409);
    expect((await verb(id, "undo")).body.data.attributes).toMatchObject({
      import_status: "undone",
      summary: { undone: 1 },
    });
  });
});
