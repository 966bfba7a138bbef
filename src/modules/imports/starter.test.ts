import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { advanceAll, rowsAtOnce } from "./run.ts";

/** An import that goes on in the background does so as whoever has begun it, with no more than they came with. */

setDefaultTimeout(180_000);

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
  await t.harbor.as("technician");
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
});
afterAll(() => t.close());

/** Begins to bring a file in by a key, and leaves it lying before its first row, as a crash does and as long files wait. */
async function begun(key: string, target: string, text: string, choices: object = {}): Promise<string> {
  const taken = await t.fetch(`/api/v1/import-batches?target=${target}&dry_run=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: text,
  });
  const { id, attributes } = ((await taken.json()) as { data: { id: string; attributes: { mapping: object } } }).data;
  const mapping = { ...attributes.mapping, ...choices };
  const body = { data: { type: "import_batches", id, attributes: { mapping, mode: "fill_blanks" } } };
  expect((await t.api("PATCH", `/api/v1/import-batches/${id}`, { key, body })).status).toBe(200);
  await inUnit(t.harbor.system, ({ db }) =>
    db
      .updateTable("import_batches")
      .set({ total_rows: rowsAtOnce + 1 })
      .where("id", "=", id)
      .execute(),
  );
  const applied = await t.api("POST", `/api/v1/import-batches/${id}/apply`, { key });
  expect([applied.status, applied.body.data.attributes.import_status]).toEqual([200, "applying"]);
  return id;
}

const batch = async (id: string): Promise<Record<string, unknown>> => {
  const key = await t.harbor.key("administrator");
  return (await t.api("GET", `/api/v1/import-batches/${id}`, { key })).body.data.attributes;
};
const companies = (name: string): Promise<unknown[]> =>
  reading(t.harbor.system, ({ db }) => db.selectFrom("companies").select("id").where("name", "=", name).execute());

describe("an import that goes on in the background", () => {
  test("does no more than the key that it was begun with, as while one waits", async () => {
    const text = "Title,Company\nPrinter,Brand New\n";
    const few = ["imports.run", "tickets.read", "tickets.write", "companies.read"];
    const create = { "create:company": "true" };
    const id = await begun(await t.harbor.key("administrator", few), "tickets", text, create);
    await advanceAll(t.app, () => false);
    expect(await batch(id)).toMatchObject({ import_status: "applied", summary: { bad: 1 } });
    expect(await companies("Brand New")).toHaveLength(0);
    await advanceAll(t.app, () => false);
    const more = await begun(await t.harbor.key("administrator", [...few, "companies.write"]), "tickets", text, create);
    await advanceAll(t.app, () => false);
    expect(await batch(more)).toMatchObject({ import_status: "applied", summary: { bad: 0 } });
    expect(await companies("Brand New")).toHaveLength(1);
  });

  test("is done by nobody when whoever began it has gone, until somebody else goes on", async () => {
    const key = await t.harbor.key("administrator");
    const id = await begun(key, "companies", "Company Name,City\nLeft Alone,Hull\n");
    const keys = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("api_keys").select("id").orderBy("created_at", "desc").orderBy("id", "desc").execute(),
    );
    await inUnit(t.harbor.system, ({ db }) =>
      db
        .updateTable("api_keys")
        .set({ revoked_at: t.clock.now() })
        .where("id", "=", keys[0]?.id ?? "")
        .execute(),
    );
    await advanceAll(t.app, () => false);
    expect(await batch(id)).toMatchObject({
      import_status: "failed",
      done_rows: 0,
      summary: { failure: { text: expect.stringContaining("Somebody else can go on with it") } },
    });
    expect(await companies("Left Alone")).toHaveLength(0);
    const another = await t.harbor.key("administrator");
    await t.api("POST", `/api/v1/import-batches/${id}/apply`, { key: another });
    await advanceAll(t.app, () => false);
    expect(await companies("Left Alone")).toHaveLength(1);
  });
});
