import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { users } from "../src/platform/access/schema.ts";
import { reply } from "../src/modules/desk/actions.ts";
import { perform } from "../src/platform/action.ts";
import { inUnit, reading } from "../src/platform/context.ts";
import { insert } from "../src/platform/database/records.ts";
import { fileColumns } from "../src/platform/transfer/columns.ts";
import { readCsv } from "../src/platform/csv/read.ts";
import { makeEverything } from "./support/everything.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "./support/program.ts";

setDefaultTimeout(180_000);

/** What is exported here can be imported elsewhere, and exported there it is the same file. */

let t: TestProgram;
const keys = new Map<TestTenant, string>();

beforeAll(async () => {
  t = await startTestProgram();
  await makeEverything(t);
  for (const tenant of [t.harbor, t.mill]) keys.set(tenant, await tenant.key("administrator"));
  await make("custom-fields", {
    entity_type: "tickets",
    label: "Floor",
    field_type: "choice",
    choices: [{ label: "Ground, left" }, { label: "First", color: "#2a7f62" }],
  });
  const ticket = (await t.api("GET", "/api/v1/tickets?page[size]=1", { key: keys.get(t.harbor) ?? "" })).body.data[0];
  await perform(await t.harbor.as("administrator"), reply, {
    ticket_id: ticket.id,
    note_type: "public",
    content: "Done.",
    duration: "20",
  });
  // People are invited and not imported: Mill has staff of the same addresses.
  const people = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("users").select(["email", "name"]).where("user_type", "=", "staff").execute(),
  );
  await inUnit(t.mill.system, async (work) => {
    for (const person of people) {
      const known = await work.db.selectFrom("users").select("id").where("email", "=", person.email).executeTakeFirst();
      if (known === undefined) await insert(work, users, { user_type: "staff", ...person });
    }
  });
});
afterAll(() => t.close());

const auth = (tenant: TestTenant): Record<string, string> => ({ authorization: `Bearer ${keys.get(tenant) ?? ""}` });

async function make(path: string, attributes: Record<string, unknown>): Promise<void> {
  const body = { data: { type: path.replaceAll("-", "_"), attributes } };
  const answer = await t.api("POST", `/api/v1/${path}`, { key: keys.get(t.harbor) ?? "", body });
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
}

async function exported(tenant: TestTenant, path: string): Promise<string> {
  const answer = await t.fetch(`/api/v1/${path}`, { headers: { ...auth(tenant), accept: "text/csv" } }, tenant);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

async function imported(tenant: TestTenant, type: string, text: string): Promise<Record<string, unknown>> {
  const path = `/api/v1/import-batches?target=${type}&mode=overwrite`;
  const headers = { ...auth(tenant), "content-type": "text/csv" };
  const answer = await t.fetch(path, { method: "POST", headers, body: text }, tenant);
  const body = (await answer.json()) as { data?: { attributes: { summary: Record<string, unknown> } } };
  if (answer.status !== 201) throw new Error(`${type}: ${JSON.stringify(body)}`);
  return body.data?.attributes.summary ?? {};
}

/** A file's rows by external id, with the columns that can come in. */
async function rowsOf(text: string, type: string): Promise<Record<string, Record<string, string>>> {
  const transfer = t.app.registry.transfers.get(type);
  if (transfer === undefined) throw new Error(type);
  const read = (await reading(t.harbor.system, (reader) => fileColumns(reader, transfer)))
    .filter((column) => column.isRead)
    .map(({ key }) => key);
  const file = await readCsv(new TextEncoder().encode(text));
  if (!file.ok) return {};
  const rows = file.rows.map(({ cells }) =>
    Object.fromEntries(file.headers.map((header, at) => [header, cells[at] ?? ""])),
  );
  return Object.fromEntries(
    rows.map((row) => [row["external_id"], Object.fromEntries(read.map((key) => [key, row[key] ?? ""]))]),
  );
}

describe("every kind of record", () => {
  test("comes back where it came from without a change or a problem", async () => {
    const transfers = [...t.app.registry.transfers.values()].filter(({ exportOnly }) => exportOnly === null);
    const notes = await rowsOf(await exported(t.harbor, "time-entries"), "time_entries");
    // Written with a reply: the note has no name, and stands in the file by its id.
    expect(Object.values(notes).filter((row) => row["note"] !== "").length).toBeGreaterThan(0);
    for (const { resource } of transfers) {
      const text = await exported(t.harbor, resource.path);
      if (text.split("\r\n").length <= 2) continue;
      const { created, updated, bad, problems } = await imported(t.harbor, resource.type, text);
      expect({ type: resource.type, created, updated, bad, problems }).toEqual({
        type: resource.type,
        created: {},
        updated: {},
        bad: 0,
        problems: [],
      });
    }
  });

  test("comes back as it went out", async () => {
    const transfers = [...t.app.registry.transfers.values()].filter(({ exportOnly }) => exportOnly === null);
    const problems: Record<string, unknown> = {};
    // Twice: companies name the contacts that come after them.
    for (const round of [1, 2]) {
      for (const { resource } of transfers) {
        const text = await exported(t.harbor, resource.path);
        if (text.split("\r\n").length <= 2) continue;
        const summary = await imported(t.mill, resource.type, text);
        const found = summary["problems"] as { severity: string }[];
        if (round === 2 && found.length > 0) problems[resource.type] = found;
      }
    }
    expect(problems).toEqual({});
    const counts: Record<string, number> = {};
    for (const { resource } of transfers) {
      const [before, after] = [
        await rowsOf(await exported(t.harbor, resource.path), resource.type),
        await rowsOf(await exported(t.mill, resource.path), resource.type),
      ];
      counts[resource.type] = Object.keys(before).length;
      for (const [id, row] of Object.entries(before))
        expect({ [resource.type]: after[id] }).toEqual({ [resource.type]: row });
    }
    // A kind of which there is none has not been tried.
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  });
});
