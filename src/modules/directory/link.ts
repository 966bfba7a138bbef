import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { conflict, Failure } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { linkAccount } from "./actions.ts";
import { personAt } from "./lookup.ts";
import { DirectoryProblem, withDirectory } from "./server.ts";
import { directoryOf } from "./settings.ts";

/**
 * Asks the directory for whoever has an account's address, and lets it keep that account's password.
 *
 * @throws Failure 409 when nobody there has the address, 503 when the directory cannot be asked
 */
export async function linkToDirectory(ctx: Ctx, userId: string): Promise<void> {
  const { user, directory } = await reading(ctx, async (reader) => ({
    user: await find(reader, "users", userId),
    directory: await directoryOf(reader),
  }));
  if (directory === null) throw conflict(t("No directory is in use."), "no_directory");
  const { server, groups } = directory;
  try {
    const found = await withDirectory(server, (client) => personAt(client, server.base_dn, groups, user.email));
    if (found === null || !found.isEnabled)
      throw conflict(
        t("Nobody with the address {email} is in one of the directory's groups.", { email: user.email }),
        "not_in_directory",
      );
    await perform(ctx, linkAccount, { id: userId, object_guid: found.guid, role_ids: found.roleIds });
  } catch (error) {
    if (error instanceof DirectoryProblem) throw new Failure(503, "directory_unreachable", error.message);
    throw error;
  }
}
