import { updateOrganization } from "../modules/settings/index.ts";
import { perform } from "../platform/action.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { reading } from "../platform/context.ts";
import { onTenant } from "./on-tenant.ts";
import { tenantOption } from "./program.ts";
import type { Verb } from "./verb.ts";

/** The way back for whoever has said an address in the settings at which nobody can sign in. */
export const verb: Verb = {
  name: "public-url",
  summary: "Show the address that links begin with and sign-in is bound to, or set it",
  operands: ["[URL]"],
  // Where many organizations share the program each keeps a host name of its own.
  options: [
    MULTI_TENANT
      ? tenantOption
      : { name: "configured", summary: "Forget what the settings say: PURSER_PUBLIC_URL counts again" },
  ],
  takesConfig: true,
  details:
    "With https browsers keep the sign-in over https alone. Whoever has said https before it works sets http again here.\nA running server takes it up by itself.",
  run: (args, io) => {
    const [given] = args.operands;
    if (given !== undefined && args.has("configured"))
      throw new OperatorProblem("usage", "say a URL or --configured, not both");
    return onTenant(args, io, async (ctx) => {
      if (given !== undefined || args.has("configured"))
        await perform(ctx, updateOrganization, { public_url: given ?? null });
      const row = await reading(ctx, ({ db }) =>
        db.selectFrom("organizations").select("public_url").executeTakeFirstOrThrow(),
      );
      io.out(row.public_url ?? ctx.app.options.publicUrl);
    });
  },
};
