import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { platformTables } from "./support/catalog.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

describe("PostgreSQL itself", () => {
  test("holds every row of a tenant's table to its tenant, also against the owner", async () => {
    const rows = await asOwner<{ name: string; is_held: boolean }>(`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity and exists (
        select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polpermissive and p.polqual is not null and p.polwithcheck is not null
          and pg_get_expr(p.polqual, c.oid) like '%tenant_id%current_setting%' and pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid)
      ) and (select count(*) from pg_policy p where p.polrelid = c.oid) = 1 as is_held
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
    expect(
      rows
        .filter((row) => !row.is_held)
        .map((row) => row.name)
        .toSorted(),
    ).toEqual([...platformTables].toSorted());
  });

  test("gives the serving role nothing to own and no way around", async () => {
    const [role] = await asOwner<Record<string, unknown>>(`
      select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
        (select count(*)::int from pg_class c where c.relowner = r.oid) as owned,
        (select count(*)::int from pg_auth_members m where m.member = r.oid) as memberships,
        has_schema_privilege(r.rolname, 'public', 'create') as may_create
      from pg_roles r where rolname = 'purser_serving'`);
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreatedb: false,
      rolcreaterole: false,
      owned: 0,
      memberships: 0,
      may_create: false,
    });
  });

  test("lets the serving role add to the logs and never change them, and only read the list of migrations", async () => {
    const rows = await asOwner<{ name: string; rights: string }>(`
      select c.relname as name, concat_ws(' ', case when has_table_privilege('purser_serving', c.oid, 'select') then 'select' end,
        case when has_table_privilege('purser_serving', c.oid, 'insert') then 'insert' end, case when has_table_privilege('purser_serving', c.oid, 'update') then 'update' end,
        case when has_table_privilege('purser_serving', c.oid, 'delete') then 'delete' end, case when has_table_privilege('purser_serving', c.oid, 'truncate') then 'truncate' end) as rights
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
    const unusual = rows
      .filter((row) => row.rights !== "select insert update delete")
      .map(({ name, rights }) => `${name}: ${rights}`);
    expect(unusual.toSorted()).toEqual([
      "audit_log: select insert",
      "migrations: select",
      "operator_log: select insert",
    ]);
  });
});

describe("nothing beside the tables", () => {
  test("shows rows: there are no views, and no schema but one", async () => {
    const kinds = await asOwner<{ kind: string }>(
      `select distinct relkind as kind from pg_class where relnamespace = 'public'::regnamespace order by 1`,
    );
    // Indexes, tables, and the numbers of search documents.
    expect(kinds.map(({ kind }) => kind).toSorted()).toEqual(["S", "i", "r"].toSorted());
    const schemas = await asOwner<{ name: string }>(`select nspname as name from pg_namespace where nspname !~ '^pg_'`);
    expect(schemas.map(({ name }) => name).toSorted()).toEqual(["information_schema", "public"]);
  });

  test("runs in the owner's name but four functions, which hold the tenant themselves and are for the serving role alone", async () => {
    const rows = await asOwner<{ name: string; is_definer: boolean; path: string | null; callers: string[] }>(`
      select p.oid::regprocedure::text as name, p.prosecdef as is_definer, array_to_string(p.proconfig, ';') as path,
        array(select case when a.grantee = 0 then 'everybody' else a.grantee::regrole::text end
          from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner) as callers
      from pg_proc p where p.pronamespace = 'public'::regnamespace order by 1`);
    const ours = { is_definer: true, path: "search_path=public, pg_temp", callers: ["purser_serving"] };
    expect(rows).toEqual([
      { name: "found_documents(text)", ...ours },
      { name: "more_documents(text,integer)", ...ours },
      // Planned with the words in hand: frequent and rare ones are found in different ways.
      { name: "newest_documents(text,text,integer)", ...ours, path: `${ours.path};plan_cache_mode=force_custom_plan` },
      { name: "purge_tenant_rows(text,uuid,integer)", ...ours },
      // A trigger's: it does what whoever changes the row may do.
      { name: "raise_configuration_version()", is_definer: false, path: null, callers: ["everybody"] },
    ]);
  });

  test("is given to everybody, or to whoever comes later", async () => {
    const tables = await asOwner<{ name: string }>(`
      select c.relname as name from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.grantee = 0`);
    expect(tables).toEqual([]);
    expect(await asOwner(`select defaclobjtype from pg_default_acl`)).toEqual([]);
    const sequences = await asOwner<{ may_set: boolean }>(`
      select has_sequence_privilege('purser_serving', c.oid, 'update') as may_set
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'`);
    expect(sequences).toEqual([{ may_set: false }]);
  });
});

async function asOwner<R>(text: string): Promise<R[]> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: t.raw.ownerUrl });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows as R[];
}
