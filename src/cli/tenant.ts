import { OperatorProblem } from "../platform/config/problem.ts";
import { Failure } from "../platform/errors.ts";
import { provisionTenant } from "../platform/provision.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf } from "./program.ts";
import { newSetupUrl } from "./server.ts";
import { configOf, jsonOption, type Verb, type VerbGroup } from "./verb.ts";

const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const create: Verb = {
  name: "create",
  summary: "Make an organization with its host name and print its setup URL",
  options: [
    { name: "name", value: "NAME", summary: "What the organization is called" },
    { name: "domain", value: "HOST", summary: "The host name by which its people reach it" },
    { name: "url", value: "URL", summary: "Its public address; https://HOST unless told" },
    jsonOption,
  ],
  takesConfig: true,
  run: async (args, io) => {
    const name = args.value("name")?.trim() ?? "";
    const domain = args.value("domain")?.trim().toLowerCase() ?? "";
    const url = (args.value("url") ?? `https://${domain}`).replace(/\/+$/, "");
    if (name === "") throw new OperatorProblem("usage", "--name is missing");
    if (!hostName.test(domain))
      throw new OperatorProblem("usage", "--domain must be a host name, such as desk.example.com");
    if (URL.parse(url)?.protocol.startsWith("http") !== true)
      throw new OperatorProblem("usage", "--url must be an http or https address");
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const id = await provisionTenant(opened.program.app, { name, domain, public_url: url });
      const setupUrl = await newSetupUrl(opened.program.app, id);
      io.out(args.has("json") ? JSON.stringify({ id, name, domain, setup_url: setupUrl }) : setupUrl);
      return exit.ok;
    } catch (error) {
      if (error instanceof Failure) throw new OperatorProblem("failed", error.message);
      throw error;
    } finally {
      await opened.close();
    }
  },
};

const list: Verb = {
  name: "list",
  summary: "List the organizations and their host names",
  options: [jsonOption],
  takesConfig: true,
  run: async (args, io) => {
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const rows = await opened.database.platform((db) =>
        db
          .selectFrom("tenants")
          .leftJoin("tenant_domains", "tenant_domains.domain_tenant_id", "tenants.id")
          .select(["tenants.id", "tenants.name", "tenant_domains.domain", "tenants.suspended_at"])
          .orderBy("tenants.name")
          .execute(),
      );
      if (args.has("json")) io.out(JSON.stringify(rows));
      else
        for (const row of rows)
          io.out(`${row.id}  ${row.domain ?? "-"}  ${row.name}${row.suspended_at === null ? "" : "  (suspended)"}`);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};

export const verb: VerbGroup = {
  name: "tenant",
  summary: "The organizations of this installation",
  verbs: [create, list],
};
