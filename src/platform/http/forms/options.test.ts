import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { makeClient } from "../../../../tests/support/desk.ts";
import { browserHeaders } from "../../../../tests/support/everything.ts";
import { manyCompanies } from "../../../../tests/support/many.ts";
import { makeStaff } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { companies, contacts } from "../../../modules/companies/index.ts";
import { users } from "../../access/schema.ts";
import { inUnit, reading } from "../../context.ts";
import { insert, update } from "../../database/records.ts";
import { contactOptions, optionsOf } from "./options.ts";

setDefaultTimeout(120_000);

/** What a record names stays a choice of its form: a field that showed nothing would be emptied by the next save. */

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

test("a company is chosen although more than a thousand stand before it", async () => {
  await manyCompanies(t.harbor, "Client", 1000);
  const [last = ""] = await manyCompanies(t.harbor, "Zenith", 1);
  const offered = (keep: string | null): Promise<string[]> =>
    reading(t.harbor.system, async (reader) =>
      (await optionsOf(reader, "companies", { keep })).map(({ value }) => value),
    );
  expect(await offered(null)).not.toContain(last);
  const kept = await offered(last);
  expect(kept).toHaveLength(1001);
  expect(kept.at(-1)).toBe(last);
  expect(await offered(kept[0] ?? "")).toHaveLength(1000);
});

test("what stands after a thousand others is found by words, as it is written or without its accents", async () => {
  const { company_id, contact_id } = await makeClient(t, "Žižkov Works");
  await inUnit(t.harbor.system, async (work) => {
    for (let number = 0; number < 1000; number += 1)
      await insert(work, contacts, { company_id, first_name: "Ann", last_name: `Number ${number}` });
    await update(work, contacts, contact_id, { first_name: "Zoë" });
  });
  const headers = await browserHeaders(t, await t.harbor.as("administrator"));
  const found = async (path: string, field: string, words: string): Promise<string> => {
    const body = new URLSearchParams({ _choices: field, _words: words });
    return (await t.fetch(path, { method: "POST", headers: { ...headers, "hx-request": "true" }, body })).text();
  };
  for (const words of ["Žižkov", "zizkov wo"])
    expect(await found("/invoices/new", "company_id", words)).toContain('data-label="Žižkov Works"');
  expect(await found("/tickets/new", "contact_id", "zoe zizk")).toContain(`data-value="${contact_id}"`);
  expect(await found("/invoices/new", "company_id", "ghost works")).toContain("Nothing has these words.");
  const filter = await t.fetch("/contacts?_choices=company&_words=zizkov", {
    headers: { ...headers, "hx-request": "true" },
  });
  expect(await filter.text()).toContain('data-label="Žižkov Works"');
});

test("a contact that was archived, or is of another company, is kept where it is chosen, once", async () => {
  const [ours, other] = [await makeClient(t, "Kept Client"), await makeClient(t, "Other Client")];
  await inUnit(t.harbor.system, (work) =>
    update(work, contacts, ours.contact_id, { archived_at: "2026-11-01T00:00:00.000Z" }),
  );
  const offered = (kept: (string | null)[]): Promise<string[]> =>
    reading(t.harbor.system, async (reader) =>
      (await contactOptions(reader, ours.company_id, "None", kept)).map(({ value }) => value),
    );
  expect(await offered([])).toEqual([""]);
  expect(await offered([ours.contact_id, null, ours.contact_id, other.contact_id])).toEqual([
    "",
    ours.contact_id,
    other.contact_id,
  ]);
});

test("several that are chosen are kept, whatever became of them", async () => {
  const [here, gone] = [await makeStaff(t.harbor, "technician"), await makeStaff(t.harbor, "technician")];
  await inUnit(t.harbor.system, (work) => update(work, users, gone.id, { deactivated_at: t.clock.now() }));
  const offered = (keep: string[]): Promise<string[]> =>
    reading(t.harbor.system, async (reader) =>
      (await optionsOf(reader, "users", { where: { user_type: "staff" }, keep })).map(({ value }) => value),
    );
  expect(await offered([])).not.toContain(gone.id);
  const kept = await offered([gone.id, here.id]);
  expect(kept.filter((id) => id === gone.id || id === here.id)).toEqual([here.id, gone.id]);
});

test("a parent company that was archived stays when another field of its child is saved", async () => {
  const [parent, child] = [await makeClient(t, "Old Holding"), await makeClient(t, "Small Daughter")];
  await inUnit(t.harbor.system, async (work) => {
    await update(work, companies, child.company_id, { parent_company_id: parent.company_id });
    await update(work, companies, parent.company_id, { archived_at: "2026-11-01T00:00:00.000Z" });
  });
  const headers = await browserHeaders(t, await t.harbor.as("administrator"));
  const form = await (await t.fetch(`/companies/${child.company_id}/edit`, { headers })).text();
  expect(form).toContain(`<option value="${parent.company_id}" selected>Old Holding</option>`);
});
