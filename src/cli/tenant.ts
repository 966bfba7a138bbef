import {
  activateTenant,
  addDomain,
  createTenant,
  domainsOf,
  logDoing,
  makePrimary,
  removeDomain,
  requestDeletion,
  requestRotation,
  runTasks,
  suspendTenant,
  measureNow,
  usageOf,
} from "../modules/tenants/index.ts";
import { system } from "../platform/access/actor.ts";
import { platformContext } from "../platform/access/platform.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import type { Ctx } from "../platform/context.ts";
import { loadTenant } from "../platform/tenants.ts";
import { inProgram } from "./in-program.ts";
import { tenantFor } from "./program.ts";
import { type Args, type Io, jsonOption, type Option, type Verb, type VerbGroup } from "./verb.ts";
import { writeExport } from "./write-export.ts";

/** What operators do at their host, from the command line: the same code, so the same rules, and written into the same log. */
type Run = (ctx: Ctx, args: Args, io: Io) => Promise<void>;

function verbOf(given: Omit<Verb, "run" | "takesConfig"> & { run: Run }): Verb {
  return {
    ...given,
    takesConfig: true,
    run: (args, io) =>
      inProgram(args, io, ({ program: { app } }) =>
        given.run(platformContext(app, { ...system, name: "Command line" }), args, io),
      ),
  };
}

/** The organization that the operand names by a host name or an id. */
async function named(ctx: Ctx, args: Args): Promise<string> {
  return tenantFor(ctx.app.database, args.operands[0] ?? "");
}

const limitOptions: Option[] = [
  { name: "plan", value: "WORD", summary: "What it is sold as" },
  { name: "staff", value: "NUMBER", summary: "Staff seats at most" },
  { name: "storage-mb", value: "NUMBER", summary: "Megabytes of files at most" },
];

const create = verbOf({
  name: "create",
  summary: "Make an organization with its host name and print its setup URL",
  options: [
    { name: "name", value: "NAME", summary: "What the organization is called" },
    { name: "domain", value: "HOST", summary: "The host name by which its people reach it" },
    {
      name: "url",
      value: "URL",
      summary: "Its public address; HOST with scheme and port of the operators' pages unless told",
    },
    { name: "timezone", value: "ZONE", summary: "Such as Europe/Berlin; UTC unless told" },
    { name: "currency", value: "CODE", summary: "Such as EUR; USD unless told" },
    { name: "locale", value: "TAG", summary: "Such as de-DE; en-US unless told" },
    ...limitOptions,
    jsonOption,
  ],
  details:
    "Asked again for the same name and host name it makes nothing twice, and prints a new link while there is no\nadministrator.",
  run: async (ctx, args, io) => {
    const name = args.value("name")?.trim() ?? "";
    const domain = args.value("domain")?.trim() ?? "";
    if (name === "") throw new OperatorProblem("usage", "--name is missing");
    if (domain === "") throw new OperatorProblem("usage", "--domain is missing");
    const text = (option: string, field: string): Record<string, string> => {
      const value = args.value(option);
      return value === null ? {} : { [field]: value };
    };
    const number = (option: string, field: string): Record<string, number> => {
      const value = args.value(option);
      return value === null ? {} : { [field]: Number(value) };
    };
    const made = await createTenant(ctx, {
      name,
      domain,
      ...text("url", "url"),
      ...text("timezone", "timezone"),
      ...text("currency", "currency"),
      ...text("locale", "locale"),
      ...text("plan", "plan"),
      ...number("staff", "staff_limit"),
      ...number("storage-mb", "storage_limit_mb"),
    });
    if (args.has("json")) io.out(JSON.stringify({ id: made.id, name, domain, setup_url: made.setup_url }));
    else if (made.setup_url !== null) io.out(made.setup_url);
    else io.err(`${name} has an administrator already, or is suspended: there is no link.`);
  },
});

const list = verbOf({
  name: "list",
  summary: "List the organizations and their host names",
  options: [jsonOption],
  run: async ({ app }, args, io) => {
    const rows = await app.database.platform((db) =>
      db
        .selectFrom("tenants")
        .leftJoin("tenant_domains", "tenant_domains.domain_tenant_id", "tenants.id")
        .select(["tenants.id", "tenants.name", "tenant_domains.domain", "tenants.suspended_at"])
        .orderBy("tenants.name")
        .orderBy("tenant_domains.is_primary", "desc")
        .orderBy("tenant_domains.domain")
        .execute(),
    );
    if (args.has("json")) io.out(JSON.stringify(rows));
    else
      for (const row of rows)
        io.out(`${row.id}  ${row.domain ?? "-"}  ${row.name}${row.suspended_at === null ? "" : "  (suspended)"}`);
  },
});

const show = verbOf({
  name: "show",
  summary: "Everything the installation knows of an organization",
  operands: ["HOST"],
  options: [jsonOption],
  run: async (ctx, args, io) => {
    const id = await named(ctx, args);
    const facts = await ctx.app.database.platform(async (db) => ({
      ...(await db
        .selectFrom("tenants")
        .select(["id", "name", "plan", "notes", "staff_limit", "storage_limit_mb", "requests_per_minute", "created_at"])
        .select(["suspended_at", "suspension_reason", "suspension_message", "deleting_at", "key_id"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow()),
      domains: (await domainsOf(db, id)).map(({ domain }) => domain),
    }));
    if (args.has("json")) return io.out(JSON.stringify(facts));
    for (const [key, value] of Object.entries(facts))
      if (value !== null && value !== "") io.out(`${key}: ${Array.isArray(value) ? value.join(", ") : String(value)}`);
  },
});

const suspend = verbOf({
  name: "suspend",
  summary: "Suspend an organization: its people get one page, its work rests, its data stays",
  operands: ["HOST"],
  options: [
    { name: "reason", value: "TEXT", summary: "For operators; it stands in the log" },
    { name: "message", value: "TEXT", summary: "What its people are told" },
  ],
  run: async (ctx, args) => {
    const reason = args.value("reason")?.trim() ?? "";
    if (reason === "") throw new OperatorProblem("usage", "--reason is missing");
    await suspendTenant(ctx, { id: await named(ctx, args), reason, message: args.value("message") ?? "" });
  },
});

const activate = verbOf({
  name: "activate",
  summary: "Let a suspended organization go on where it was",
  operands: ["HOST"],
  run: async (ctx, args) => activateTenant(ctx, { id: await named(ctx, args) }),
});

const domains = verbOf({
  name: "domains",
  summary: "List, add or remove an organization's host names",
  operands: ["HOST"],
  options: [
    { name: "add", value: "NAME", summary: "Let this name lead to it, without a proof" },
    { name: "remove", value: "NAME", summary: "Take this name away" },
    { name: "primary", value: "NAME", summary: "Make links with this name" },
  ],
  run: async (ctx, args, io) => {
    const id = await named(ctx, args);
    const [add, primary, remove] = [args.value("add"), args.value("primary"), args.value("remove")];
    if (add !== null) await addDomain(ctx, { id, domain: add });
    if (primary !== null) await makePrimary(ctx, { id, domain: primary });
    if (remove !== null) await removeDomain(ctx, { id, domain: remove });
    const rows = await ctx.app.database.platform((db) => domainsOf(db, id));
    for (const { domain, is_primary } of rows) io.out(is_primary ? `${domain}  (primary)` : domain);
  },
});

const exporting = verbOf({
  name: "export",
  summary: "Write everything of an organization into one archive (.tar.zst)",
  operands: ["HOST", "FILE"],
  details:
    "Secrets (passwords, tokens, keys of other services) are left out; files are in it as they were uploaded, not encrypted.",
  run: async (ctx, args, io) => {
    const { app } = ctx;
    const id = await named(ctx, args);
    const { name } = await app.database.platform((db) =>
      db.selectFrom("tenants").select("name").where("id", "=", id).executeTakeFirstOrThrow(),
    );
    await app.database.read(id, (db) => loadTenant(app, db, id));
    const file = args.operands[1] ?? "";
    await writeExport(app, { id, name }, file);
    await app.database.platform(async (db) => {
      await logDoing(ctx, db, "tenants.export", { id, name });
      await logDoing(ctx, db, "tenants.export_fetched", { id, name });
    });
    io.err(`Everything of ${name} is in ${file}.`);
  },
});

const remove = verbOf({
  name: "delete",
  summary: "Delete a suspended and exported organization for good",
  operands: ["HOST"],
  options: [{ name: "confirm", value: "NAME", summary: "The organization's name, to say that it is meant" }],
  details:
    "All of its rows, files, host names and its key go, in the order that their references ask for. It can be called\nagain after an interruption.",
  run: async (ctx, args, io) => {
    const id = await named(ctx, args);
    const { id: task } = await requestDeletion(ctx, { id, confirm_name: args.value("confirm") ?? "" });
    await runTasks(ctx.app, () => false);
    const { task_state, last_error } = await ctx.app.database.platform((db) =>
      db
        .selectFrom("tenant_tasks")
        .select(["task_state", "last_error"])
        .where("id", "=", task)
        .executeTakeFirstOrThrow(),
    );
    if (task_state === "failed") throw new OperatorProblem("failed", `the deletion has failed: ${last_error}`);
    io.err(task_state === "done" ? "Deleted." : "The deletion goes on: a running server brings it to its end.");
  },
});

const rotate = verbOf({
  name: "rotate-key",
  summary: "Give an organization a new data key; a running server seals everything with it",
  operands: ["HOST"],
  run: async (ctx, args, io) => {
    await requestRotation(ctx, { id: await named(ctx, args) });
    io.err("The server makes the key and seals everything with it; see `purser tenant show`.");
  },
});

const usage = verbOf({
  name: "usage",
  summary: "What an organization has used in the last 30 days, a line a day",
  operands: ["HOST"],
  options: [jsonOption],
  run: async (ctx, args, io) => {
    const id = await named(ctx, args);
    const today = ctx.app.clock.now().slice(0, 10);
    const from = Temporal.PlainDate.from(today).subtract({ days: 29 }).toString();
    await measureNow(ctx.app, id);
    const rows = await ctx.app.database.platform((db) => usageOf(db, id, from, today));
    if (args.has("json")) return io.out(JSON.stringify(rows));
    for (const row of rows)
      io.out(
        `${row.used_on}  staff ${row.staff_count}  portal ${row.portal_user_count}  tickets ${row.ticket_count}  storage ${row.storage_kb} kB  requests ${row.request_count}  mails ${row.mail_count}`,
      );
  },
});

export const verb: VerbGroup = {
  name: "tenant",
  summary: "The organizations of this installation",
  verbs: [create, list, show, suspend, activate, domains, exporting, remove, rotate, usage],
};
