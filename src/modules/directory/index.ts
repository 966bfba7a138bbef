import type { AnyAction } from "../../platform/action.ts";
import { labelOf } from "../../platform/database/columns.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { linkAccount, unlinkAccount, updateDirectory } from "./actions.ts";
import { directoryApi } from "./api.ts";
import { directoryPasswords } from "./check.ts";
import { directoryPages } from "./pages.ts";
import { directoryGroups, directoryPeople, directorySettings } from "./schema.ts";
import { syncDirectory } from "./sync.ts";

const { host, email_domains, base_dn } = directorySettings.columns;

/** Active Directory: staff who sign in with the password of their domain, and come and go with its groups (PRD 3.1.1). */
export const directoryModule = defineModule({
  name: "directory",
  tables: [directorySettings, directoryGroups, directoryPeople],
  actions: [updateDirectory, linkAccount, unlinkAccount] as unknown as AnyAction[],
  passwordKeeper: directoryPasswords,
  routes: [...directoryPages, ...directoryApi],
  jobs: [
    {
      name: "directory.compare",
      schedule: "23 * * * *",
      run: async (ctx) => {
        await syncDirectory(ctx);
      },
    },
  ],
  panels: [
    {
      page: "settings",
      order: 23,
      permission: "staff.manage",
      load: async () => ({
        kind: "card",
        group: t("Security"),
        title: t("Active Directory"),
        text: t("Sign in with the password of your domain; accounts come and go with its groups."),
        href: "/settings/directory",
        icon: "users",
        words: [
          "LDAP",
          labelOf("host", host),
          labelOf("email_domains", email_domains),
          labelOf("base_dn", base_dn),
          t("Groups"),
        ],
      }),
    },
  ],
});
