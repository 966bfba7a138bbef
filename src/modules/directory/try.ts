import { validate } from "../../platform/access/validate.ts";
import { roleWords } from "../../platform/access/roles.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { invalid, invalidField } from "../../platform/errors.ts";
import type { TrialResult } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { checkKeptPassword } from "../settings/index.ts";
import { checkServer, wholeInput } from "./actions.ts";
import { peopleOf } from "./lookup.ts";
import { DirectoryProblem, type Server, withDirectory } from "./server.ts";
import { serverOf, settingsRow } from "./settings.ts";
import { roleNames, type TypedSettings } from "./typed.ts";

/** Asks the typed directory who is in the typed groups; nothing is saved and nobody gets an account. */
export async function tryDirectory(ctx: Ctx, input: TypedSettings): Promise<TrialResult> {
  const problems = validate(wholeInput, input);
  if (problems.length > 0) throw invalid(problems);
  const { row, names } = await reading(ctx, async (reader) => ({
    row: await settingsRow(reader.db),
    names: await roleNames(reader),
  }));
  checkServer(ctx.app, input);
  const typed = input.password ?? "";
  if (typed === "" && row === undefined) throw invalidField("password", t("Enter the password."), "required");
  if (typed === "" && row !== undefined)
    checkKeptPassword({ ...row, username: row.bind_name }, { ...input, username: input.bind_name });
  const server: Server = {
    host: input.host.trim(),
    port: input.port,
    security: input.security,
    ca_certificate: input.ca_certificate ?? null,
    base_dn: input.base_dn,
    bind_name: input.bind_name,
    password: typed === "" && row !== undefined ? serverOf(ctx, row).password : typed,
    allowed_networks: ctx.app.options.serverNetworks ?? null,
  };
  try {
    const found = await withDirectory(server, (client) => peopleOf(client, server.base_dn, input.groups));
    const lines = input.groups.map(({ role_id }) => {
      const members = found.filter(({ roleIds, isEnabled }) => isEnabled && roleIds.includes(role_id));
      const shown = members.slice(0, 5).map(({ name }) => name);
      return `${roleWords(names.get(role_id) ?? "")}: ${members.length}${shown.length > 0 ? ` (${shown.join(", ")}${members.length > 5 ? ", …" : ""})` : ""}`;
    });
    const count = found.filter(({ isEnabled }) => isEnabled).length;
    return {
      is_ok: count > 0,
      title: t(
        "The directory answers. {count, plural, =0 {Nobody is} one {# person is} other {# people are}} in its groups.",
        {
          count,
        },
      ),
      answer: lines.join("\n"),
    };
  } catch (error) {
    if (error instanceof DirectoryProblem) return { is_ok: false, title: error.message, answer: "" };
    throw error;
  }
}
