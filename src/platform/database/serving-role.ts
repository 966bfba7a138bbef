import { type Kysely, sql } from "kysely";
import { OperatorProblem } from "../config/problem.ts";
import type { Database } from "./database.ts";

/**
 * Refuses a role that row-level security would not hold, before it is given any rights. To be asked as the owner.
 *
 * @throws OperatorProblem `configuration`
 */
export async function checkServingRole(owner: Kysely<unknown>, servingRole: string): Promise<void> {
  const { rows } = await sql<{ is_unsafe: boolean }>`
    select rolsuper or rolbypassrls or pg_has_role(rolname, current_user, 'MEMBER') as is_unsafe
    from pg_roles where rolname = ${servingRole}`.execute(owner);
  const [role] = rows;
  if (role === undefined) {
    throw new OperatorProblem(
      "configuration",
      `PURSER_DATABASE_URL names the role ${servingRole}, which does not exist`,
      [`Make it with: create role ${servingRole} login password '…'`],
    );
  }
  if (role.is_unsafe) throw unsafeRole();
}

/**
 * Gives a serving role that took the place of another one the rights that one has. Migrations grant only to the role of
 * their day.
 */
export async function grantAsBefore(owner: Kysely<unknown>, servingRole: string): Promise<void> {
  const { rows } = await sql<{ table_name: string; rights: string }>`
    select table_name, string_agg(distinct lower(privilege_type), ', ') as rights
    from information_schema.role_table_grants
    where table_schema = current_schema() and grantor = current_user and grantee <> current_user
      and not has_table_privilege(${servingRole}, format('%I.%I', table_schema, table_name), privilege_type)
    group by table_name`.execute(owner);
  for (const { table_name, rights } of rows) {
    await sql`grant ${sql.raw(rights)} on ${sql.id(table_name)} to ${sql.id(servingRole)}`.execute(owner);
  }
  const functions = await sql<{ signature: string }>`
    select distinct p.oid::regprocedure::text as signature
    from pg_proc p, aclexplode(p.proacl) granted
    where p.pronamespace = current_schema()::regnamespace and p.proowner = current_user::regrole
      and granted.grantee not in (0, p.proowner) and granted.privilege_type = 'EXECUTE'
      and not has_function_privilege(${servingRole}, p.oid, 'EXECUTE')`.execute(owner);
  for (const { signature } of functions.rows)
    await sql`grant execute on function ${sql.raw(signature)} to ${sql.id(servingRole)}`.execute(owner);
}

/**
 * Refuses to serve with a role that row-level security would not hold. To be asked as that role.
 *
 * @throws OperatorProblem `configuration`
 */
export async function assertServingRole(database: Database): Promise<void> {
  const unsafe = await database.platform(async (db) => {
    const { rows } = await sql<{ may_bypass: boolean; owned: number }>`
      select (rolsuper or rolbypassrls) as may_bypass,
        (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = current_schema() and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'MEMBER')) as owned
      from pg_roles where rolname = current_user`.execute(db);
    return rows[0];
  });
  if (unsafe === undefined || unsafe.may_bypass || unsafe.owned > 0) throw unsafeRole();
}

function unsafeRole(): OperatorProblem {
  return new OperatorProblem(
    "configuration",
    "PURSER_DATABASE_URL names a role that owns tables or may bypass row-level security",
    ["Use a plain role there, and give the owner of the tables in PURSER_MIGRATOR_URL."],
  );
}
