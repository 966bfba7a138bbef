import { passwordAttempts, secondStepAttempts } from "../platform/access/limits.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { inUnit, reading } from "../platform/context.ts";
import { update } from "../platform/database/records.ts";
import { organizations } from "../platform/tenants.ts";
import { onTenant } from "./on-tenant.ts";
import { tenantOption } from "./program.ts";
import type { Verb } from "./verb.ts";

/** Lets people in again who are shut out: by too many attempts, or by networks that no longer fit. */
export const unlock: Verb = {
  name: "unlock",
  summary: "Let people in again: forget failed attempts of an account, or which networks may come in",
  options: [
    { name: "email", value: "E-MAIL", summary: "Forget the failed sign-ins of this account" },
    { name: "networks", summary: "Let every network in again" },
    ...(MULTI_TENANT ? [tenantOption] : []),
  ],
  takesConfig: true,
  run: (args, io) => {
    const email = args.value("email")?.trim().toLowerCase() ?? "";
    if (email === "" && !args.has("networks"))
      throw new OperatorProblem("usage", "say --email, --networks or both: what is to be unlocked");
    return onTenant(args, io, async (ctx) => {
      if (email !== "") {
        const accounts = await reading(ctx, ({ db }) =>
          db.selectFrom("users").select("id").where("email", "=", email).execute(),
        );
        const keys = [
          ...(["staff", "portal"] as const).map((kind) => passwordAttempts(ctx.tenant.id, kind, email)),
          ...accounts.map(({ id }) => secondStepAttempts(ctx.tenant.id, id)),
        ];
        const { numDeletedRows } = await ctx.app.database.platform((db) =>
          db.deleteFrom("rate_limits").where("limit_key", "in", keys).executeTakeFirst(),
        );
        io.err(
          numDeletedRows === 0n
            ? `${email} was not shut out: nobody has failed to sign in with it of late.`
            : `${email} can try to sign in again.`,
        );
      }
      if (args.has("networks")) {
        await inUnit(ctx, async (work) => {
          const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
          await update(work, organizations, row.id, { allowed_networks: {} });
        });
        io.err("Every network may come in again.");
      }
    });
  },
};
