import type { KeptAnswer, PasswordKeeper } from "../../platform/access/password-keeper.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { button } from "../../platform/http/pages/cells.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { personAt } from "./lookup.ts";
import { isAtDomain } from "./rules.ts";
import { DirectoryProblem, isPasswordOf, withDirectory } from "./server.ts";
import { directoryOf, settingsRow } from "./settings.ts";
import { placed } from "./sync.ts";

/** Passwords of those whom the directory knows are asked of it, at each sign-in. */
export const directoryPasswords: PasswordKeeper = {
  check: async (ctx, email, password) => {
    try {
      return await ask(ctx, email, password);
    } catch (error) {
      if (error instanceof DirectoryProblem) return { is: "unreachable" };
      throw error;
    }
  },
  keeps: async ({ db }, userId) =>
    (await db.selectFrom("directory_people").select("user_id").where("user_id", "=", userId).executeTakeFirst()) !==
    undefined,
  actionsFor: async (ctx, { id, name, email }) => {
    if (await directoryPasswords.keeps(ctx, id))
      return [
        button(
          t("Give a password here"),
          `/settings/staff/${id}/unlink-directory`,
          "key",
          "danger",
          t("{name} is signed out, and gets a mail to choose a password. The directory has no say in it any more.", {
            name,
          }),
        ),
      ];
    const row = await settingsRow(ctx.db);
    if (row === undefined || !row.is_active || !isAtDomain(email, row.email_domains)) return [];
    return [
      button(
        t("Sign in by the directory"),
        `/settings/staff/${id}/link-directory`,
        "link",
        "ghost",
        t("The password that {name} has here is dropped, and roles are those of the directory's groups.", { name }),
      ),
    ];
  },
};

async function ask(ctx: Ctx, email: string, password: string | null): Promise<KeptAnswer> {
  const directory = await reading(ctx, directoryOf);
  if (directory === null || !isAtDomain(email, directory.domains)) return { is: "elsewhere" };
  const { server, groups } = directory;
  const found = await withDirectory(server, (client) => personAt(client, server.base_dn, groups, email));
  if (found === null || !found.isEnabled || password === null) {
    // As much work as for somebody who is there, and nobody's count of wrong passwords goes up.
    await isPasswordOf(server, `CN=${newId()},${server.base_dn}`, newId());
    return { is: "wrong" };
  }
  if (!(await isPasswordOf(server, found.dn, password))) return { is: "wrong" };
  const { userId } = await placed(ctx, directory, found);
  return userId === null ? { is: "wrong" } : { is: "right", userId };
}
