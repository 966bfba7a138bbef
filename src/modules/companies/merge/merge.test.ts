import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { statedTables } from "../../../../tests/support/all-tables.ts";
import { allRows, type Row, seedEveryTable } from "../../../../tests/support/every-row.ts";
import { makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../../tests/support/record-api.ts";
import { perform } from "../../../platform/action.ts";
import { inUnit, reading } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";
import { newId } from "../../../platform/ids.ts";
import { moduleRoutes } from "../../../platform/http/module-routes.ts";
import { companies, contacts, sites } from "../schema.ts";
import { mergeActions } from "./actions.ts";
import { duplicatesOf } from "./duplicates.ts";

let t: TestProgram;
let api: RecordApi;

beforeAll(async () => {
  t = await startTestProgram();
  api = recordApi(t, await t.harbor.key("administrator"));
});
afterAll(() => t.close());

describe("merging two companies", () => {
  test("keeps the chosen values, brings everything along, and tells where the other one went", async () => {
    const kept = await makeClient(t, "Prairie Printing");
    const gone = await makeClient(t, "Prairie Printing Inc");
    const at = (id: string): string => `companies/${id}`;
    await api.patch(at(gone.company_id), "companies", {
      industry: "Print",
      phone: "217 555 0122",
      tags: ["vip", "print"],
    });
    await api.patch(at(kept.company_id), "companies", { phone: "1", tags: ["vip"] });
    const child = (await api.post("companies", "companies", { name: "Below", parent_company_id: gone.company_id })).body
      .data.id;
    const ticket = (await api.post("tickets", "tickets", { title: "Theirs", contact_id: gone.contact_id })).body.data
      .id;
    await api.post(`companies/${gone.company_id}/notes`, "record_notes", { content: "Their note" });
    const view = await api.post("saved-views", "saved_views", {
      list_key: "/tickets",
      name: "Theirs",
      view_query: `company_id=${gone.company_id}&sort=title`,
    });
    expect(view.status).toBe(201);
    const preview = await api.get(`${at(kept.company_id)}/merge?with=${gone.company_id}`);
    expect(preview.body.data.attributes.conflicts).toEqual([]);
    expect(preview.body.data.attributes.held).toEqual(expect.arrayContaining([{ table: "tickets", count: 1 }]));
    const merged = await api.post(`${at(kept.company_id)}/merge`, "companies", {
      merged_id: gone.company_id,
      take: ["industry"],
    });
    expect([merged.status, merged.body.errors]).toEqual([200, undefined]);
    expect(merged.body.data.attributes).toMatchObject({ industry: "Print", phone: "1", tags: ["print", "vip"] });
    expect((await api.get(`tickets/${ticket}`)).body.data.attributes.company_id).toBe(kept.company_id);
    expect((await api.get(`saved-views/${view.body.data.id}`)).body.data.attributes.view_query).toContain(
      kept.company_id,
    );
    expect((await api.get(at(child))).body.data.attributes.parent_company_id).toBe(kept.company_id);
    expect((await api.get(`${at(kept.company_id)}/notes`)).body.data).toHaveLength(1);
    const other = (await api.get(at(gone.company_id))).body.data.attributes;
    expect(other.merged_into_id).toBe(kept.company_id);
    expect(other.archived_at).not.toBeNull();
    const late = await api.patch(at(gone.company_id), "companies", { industry: "No" });
    expect([late.status, late.body.errors[0].code]).toEqual([409, "merged"]);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    expect((await browser.open(`/companies/${gone.company_id}`)).url).toContain(kept.company_id);
    expect((await api.get("companies?filter[q]=prairie printing inc")).body.data).toHaveLength(0);
  });

  test("brings along more than one statement moves", async () => {
    const kept = await makeClient(t, "Long Kept");
    const gone = await makeClient(t, "Long Gone");
    const now = t.clock.now();
    const count = 2500;
    await t.app.database.write(t.harbor.id, async (db) => {
      const notes = Array.from({ length: count }, () => ({
        id: newId(),
        company_id: gone.company_id,
        content: "A note",
        created_at: now,
        updated_at: now,
      }));
      for (let from = 0; from < count; from += 500)
        await db
          .insertInto("record_notes")
          .values(notes.slice(from, from + 500) as never)
          .execute();
    });
    const merged = await api.post(`companies/${kept.company_id}/merge`, "companies", { merged_id: gone.company_id });
    expect(merged.status).toBe(200);
    const notes = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("record_notes").select(["company_id", "version"]).where("content", "=", "A note").execute(),
    );
    expect(notes).toHaveLength(count);
    expect(notes.every((note) => note.company_id === kept.company_id && note.version === 2)).toBe(true);
  });

  test("is done on a page, with the field values that were picked", async () => {
    const kept = (await api.post("companies", "companies", { name: "Kiel Harbour", website: "https://kiel.example" }))
      .body.data.id;
    const gone = (
      await api.post("companies", "companies", { name: "Kiel Harbour GmbH", website: "https://www.kiel.example" })
    ).body.data.id;
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    // Of more than are compared at once it is those that came in last.
    const lately = await duplicatesOf(await t.harbor.as("administrator"), "companies", 2);
    expect(lately).toMatchObject({ compared: 2, pairs: [{ first: { id: kept }, second: { id: gone } }] });
    expect(lately.total).toBeGreaterThan(2);
    const found = await browser.open("/companies/duplicates");
    expect(found.text).toContain("Same website");
    await browser.open(`/companies/${kept}/merge?with=${gone}`);
    const page = await browser.submit(`/companies/${kept}/merge`, { "pick.name": "gone" });
    expect([page.status, page.text.includes("Merged.")]).toEqual([200, true]);
    expect((await api.get(`companies/${kept}`)).body.data.attributes).toMatchObject({
      name: "Kiel Harbour GmbH",
      website: "https://kiel.example",
    });
  });

  test("a company below the other one does not end below itself", async () => {
    const top = (await api.post("companies", "companies", { name: "Loop top" })).body.data.id;
    const below = (await api.post("companies", "companies", { name: "Loop below", parent_company_id: top })).body.data
      .id;
    const merged = await api.post(`companies/${below}/merge`, "companies", { merged_id: top });
    expect([merged.status, merged.body.data.attributes.parent_company_id]).toEqual([200, null]);
    // That it stands elsewhere in the group now is written down as any change is, in the name of who merged them.
    const entries = (await api.get(`audit-log?filter[entity_id]=${below}&filter[action]=update`)).body.data as {
      attributes: { actor_name: string; old_values: object | null; new_values: object | null };
    }[];
    const moved = entries.find(({ attributes }) => "parent_company_id" in (attributes.old_values ?? {}));
    expect(moved?.attributes).toMatchObject({
      old_values: { parent_company_id: top },
      new_values: { parent_company_id: null },
    });
    expect(moved?.attributes.actor_name).not.toBe("Purser");
  });

  test("a company far below the other one takes its place, and those between the two stand below it", async () => {
    const make = async (name: string, parent_company_id: string | null): Promise<string> =>
      (await api.post("companies", "companies", { name, parent_company_id })).body.data.id;
    const above = await make("Chain above", null);
    const top = await make("Chain top", above);
    const middle = await make("Chain middle", top);
    const leaf = await make("Chain leaf", middle);
    const parentOf = async (id: string): Promise<string> =>
      (await api.get(`companies/${id}`)).body.data.attributes.parent_company_id;
    expect((await api.post(`companies/${leaf}/merge`, "companies", { merged_id: top })).status).toBe(200);
    expect([await parentOf(leaf), await parentOf(middle)]).toEqual([above, leaf]);
  });

  test("each page of a record that went leads to the one that stays, and says so; the API keeps it as it was", async () => {
    const made = async (kind: string, attributes: Record<string, unknown>): Promise<string> =>
      (await api.post(kind, kind, attributes)).body.data.id;
    const company_id = await made("companies", { name: "Harbour Print" });
    const pairs = [
      ["companies", company_id, await made("companies", { name: "Harbour Print Ltd" })],
      [
        "contacts",
        await made("contacts", { first_name: "Ana", company_id }),
        await made("contacts", { first_name: "Anna", company_id }),
      ],
      ["sites", await made("sites", { name: "Quay", company_id }), await made("sites", { name: "Kay", company_id })],
    ] as const;
    for (const [kind, kept, gone] of pairs)
      expect((await api.post(`${kind}/${kept}/merge`, kind, { merged_id: gone })).status).toBe(200);
    const browser = await signedIn(t, await t.harbor.as("administrator"));
    const paths = moduleRoutes(t.app.registry).flatMap(({ method, path, door }) =>
      method === "GET" && door === "staff" && /^.(companies|contacts|sites)\/:id/.test(path) ? [path] : [],
    );
    expect(paths.length).toBeGreaterThan(12);
    for (const path of paths) {
      const [kind, kept, gone] = pairs.find(([name]) => path.startsWith(`/${name}/`)) ?? pairs[0];
      const answer = await browser.open(path.replace(":id", String(gone)));
      expect([path, answer.url]).toEqual([path, `/${kind}/${kept}`]);
      expect([path, answer.text.includes("was merged into this")]).toEqual([path, true]);
      expect((await api.get(`${kind}/${gone}`)).body.data.attributes.merged_into_id).toBe(kept);
    }
  });

  test("nothing new names the record that went", async () => {
    const kept = (await api.post("companies", "companies", { name: "Named" })).body.data.id;
    const gone = (await api.post("companies", "companies", { name: "Named once" })).body.data.id;
    await api.post(`companies/${kept}/merge`, "companies", { merged_id: gone });
    for (const [path, attributes] of [
      ["contacts", { first_name: "Ana", company_id: gone }],
      ["sites", { name: "Here", company_id: gone }],
      ["companies", { name: "Below", parent_company_id: gone }],
    ] as const) {
      const refused = await api.post(path, path, attributes);
      expect([path, refused.status, refused.body.errors[0].code]).toEqual([path, 422, "merged"]);
    }
  });

  test("is refused for a record with itself, for what was merged, and for people who may not", async () => {
    const one = (await api.post("companies", "companies", { name: "One" })).body.data.id;
    const two = (await api.post("companies", "companies", { name: "Two" })).body.data.id;
    expect((await api.post(`companies/${one}/merge`, "companies", { merged_id: one })).status).toBe(422);
    expect((await api.post(`companies/${one}/merge`, "companies", { merged_id: two, take: ["nothing"] })).status).toBe(
      422,
    );
    expect((await api.post(`companies/${one}/merge`, "companies", { merged_id: two })).status).toBe(200);
    expect((await api.post(`companies/${one}/merge`, "companies", { merged_id: two })).status).toBe(409);
    const technician = await t.harbor.key("technician");
    const body = { data: { type: "companies", attributes: { merged_id: one } } };
    expect((await t.api("POST", `/api/v1/companies/${two}/merge`, { key: technician, body })).status).toBe(403);
  });
});

describe("merging two contacts", () => {
  test("moves the portal access along, and is refused when both have one", async () => {
    const client = await makeClient(t, "People Ltd");
    const plain = (await api.post("contacts", "contacts", { company_id: client.company_id, first_name: "Ana" })).body
      .data.id;
    const merged = await api.post(`contacts/${plain}/merge`, "contacts", { merged_id: client.contact_id });
    expect([merged.status, merged.body.data.attributes.is_portal_user]).toEqual([200, true]);
    const portal = await signedIn(t, client.portal);
    expect((await portal.open("/portal")).status).toBe(200);
    const other = await makeClient(t, "Other People Ltd");
    const refused = await api.post(`contacts/${plain}/merge`, "contacts", { merged_id: other.contact_id });
    expect([refused.status, refused.body.errors[0].code]).toEqual([409, "cannot_merge"]);
  });
});

describe("merging contacts", () => {
  const contact = async (company_id: string, given: Record<string, unknown> = {}): Promise<string> =>
    (await api.post("contacts", "contacts", { company_id, first_name: "Ana", ...given })).body.data.id;

  test("is refused between companies and into an archived one, with what to do about it", async () => {
    const [here, there] = [await makeClient(t, "Here Ltd"), await makeClient(t, "There Ltd")];
    const [one, other, same] = [
      await contact(here.company_id),
      await contact(there.company_id),
      await contact(here.company_id),
    ];
    const tried = async (id: string, merged_id: string): Promise<unknown[]> => {
      const { status, body } = await api.post(`contacts/${id}/merge`, "contacts", { merged_id });
      return [status, body.errors?.[0].detail];
    };
    expect(await tried(one, other)).toEqual([
      409,
      "The two contacts are at different companies. If they are one person, move one of them to the other's company first.",
    ]);
    expect((await api.post(`contacts/${one}/archive`, "contacts")).status).toBe(200);
    expect(await tried(one, same)).toEqual([
      409,
      "The record that stays is archived. Restore it first, or keep the other one.",
    ]);
    expect(await tried(same, one)).toEqual([200, undefined]);
  });

  test("leaves the company with the contacts that its invoices and tickets go to", async () => {
    const company = (await api.post("companies", "companies", { name: "Defaults Ltd" })).body.data.id;
    const gone = await contact(company, { contact_type: "technical" });
    const kept = await contact(company, { contact_type: "billing" });
    const clear = { default_billing_contact_id: null };
    await api.patch(`companies/${company}`, "companies", clear);
    expect((await api.post(`contacts/${kept}/merge`, "contacts", { merged_id: gone })).status).toBe(200);
    expect((await api.get(`companies/${company}`)).body.data.attributes).toMatchObject({
      default_billing_contact_id: kept,
      default_technical_contact_id: kept,
    });
  });

  test("leaves the one way into the portal with the address of the one that stays", async () => {
    const client = await makeClient(t, "Address Ltd");
    const kept = await contact(client.company_id, { email: "right@address.example" });
    const body = { merged_id: client.contact_id, take: [] };
    expect((await api.post(`contacts/${kept}/merge`, "contacts", body)).status).toBe(200);
    const user = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("users").select("email").where("contact_id", "=", kept).executeTakeFirstOrThrow(),
    );
    expect(user.email).toBe("right@address.example");
  });
});

describe("merging sites, or companies that have some", () => {
  const make = async (type: string, attributes: Record<string, unknown>): Promise<string> =>
    (await api.post(type, type, attributes)).body.data.id;
  const isPrimary = async (id: string): Promise<boolean> =>
    (await api.get(`sites/${id}`)).body.data.attributes.is_primary;

  test("leaves a company with the primary site that it had", async () => {
    const company_id = await make("companies", { name: "One place Ltd" });
    const kept = await make("sites", { name: "Office", company_id });
    const gone = await make("sites", { name: "The office", company_id, is_primary: true });
    expect((await api.post(`sites/${kept}/merge`, "sites", { merged_id: gone })).status).toBe(200);
    expect([await isPrimary(kept), await isPrimary(gone)]).toEqual([true, false]);
  });

  test("takes over the primary site of the other company only where there is none", async () => {
    const [with_one, without, other] = [
      await make("companies", { name: "Has one" }),
      await make("companies", { name: "Has none" }),
      await make("companies", { name: "Has another" }),
    ];
    const own = await make("sites", { name: "Own", company_id: with_one, is_primary: true });
    const brought = await make("sites", { name: "Brought", company_id: other, is_primary: true });
    expect((await api.post(`companies/${without}/merge`, "companies", { merged_id: other })).status).toBe(200);
    expect(await isPrimary(brought)).toBe(true);
    expect((await api.post(`companies/${with_one}/merge`, "companies", { merged_id: without })).status).toBe(200);
    expect([await isPrimary(own), await isPrimary(brought)]).toEqual([true, false]);
  });
});

describe("after a merge", () => {
  test("no row of any table refers to the record that went, in columns, tags or custom fields", async () => {
    for (const [name, table] of [
      ["companies", companies],
      ["contacts", contacts],
      ["sites", sites],
    ] as const) {
      const own = await startTestProgram();
      try {
        const stated = await statedTables();
        const seeded = await seedEveryTable(own, stated);
        const gone = String(seeded.harbor.get(name)?.["id"]);
        // What a company has of its own it brings along; the other record stands beside all that was seeded.
        const parent = String(seeded.harbor.get("companies")?.["id"]);
        const kept = await inUnit(own.harbor.system, (work) =>
          insert(
            work,
            table as typeof companies,
            {
              name: "Kept",
              ...(name === "companies" ? {} : { company_id: parent }),
              ...(name === "contacts" ? { first_name: "Kept" } : {}),
            } as never,
          ),
        );
        await release(own, name, gone);
        await perform(own.harbor.system, mergeActions[name], { id: kept.id, merged_id: gone });
        const left: string[] = [];
        for (const stood of stated.filter((one) => !one.isPlatform && !history.has(one.name)))
          for (const row of await allRows(own, stood.name))
            if (mentions(row, gone, stood.name === name)) left.push(stood.name);
        expect([name, left]).toEqual([name, []]);
      } finally {
        await own.close();
      }
    }
  }, 120_000);
});

/** What tells of the past names the record that it happened to. */
const history = new Set(["audit_log", "import_rows", "events", "event_deliveries"]);

/** Whether a row names a record; its own id in its own table is no reference. */
function mentions(row: Row, id: string, isOwn: boolean): boolean {
  return Object.entries(row).some(([column, value]) => {
    if (isOwn && column === "id") return false;
    return (typeof value === "string" ? value : JSON.stringify(value ?? null)).includes(id);
  });
}

/** The seed says of every record that it was merged already, and of tags that they are of a table called otherwise. */
async function release(own: TestProgram, name: "companies" | "contacts" | "sites", id: string): Promise<void> {
  await inUnit(own.harbor.system, async ({ db }) => {
    await db.updateTable(name).set({ merged_into_id: null }).where("id", "=", id).execute();
    await db.insertInto("record_tags").values({ entity_type: name, entity_id: id, tag: "seeded" }).execute();
    await db
      .insertInto("custom_field_definitions")
      .values({
        id: Bun.randomUUIDv7(),
        entity_type: "tickets",
        field_key: "held",
        label: "Held",
        field_type: name === "companies" ? "company" : "contact",
        created_at: own.app.clock.now(),
        updated_at: own.app.clock.now(),
      })
      .execute();
    if (name !== "sites")
      await db
        .updateTable("tickets")
        .set({ custom_fields: { held: id } })
        .execute();
  });
}
