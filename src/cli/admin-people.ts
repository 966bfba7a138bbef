import { mintOneTime, resetSecondFactor } from "../modules/staff/index.ts";
import { perform } from "../platform/action.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { inUnit, reading } from "../platform/context.ts";
import { required } from "./in-program.ts";
import { onTenant } from "./on-tenant.ts";
import { tenantOption } from "./program.ts";
import { jsonOption, type Verb } from "./verb.ts";

const here = MULTI_TENANT ? [tenantOption] : [];

/** Who can do everything, and so help the others. */
export const list: Verb = {
  name: "list",
  summary: "List the administrators, and who signs in in two steps",
  options: [jsonOption, ...here],
  takesConfig: true,
  run: (args, io) =>
    onTenant(args, io, async (ctx) => {
      const rows = await reading(ctx, ({ db }) =>
        db
          .selectFrom("users")
          .innerJoin("user_roles", "user_roles.user_id", "users.id")
          .innerJoin("roles", "roles.id", "user_roles.role_id")
          .leftJoin("totp_factors", "totp_factors.user_id", "users.id")
          .select(["users.email", "users.name", "users.deactivated_at", "totp_factors.confirmed_at"])
          .where("roles.role_key", "=", "administrator")
          .orderBy("users.email")
          .execute(),
      );
      const people = rows.map(({ email, name, deactivated_at, confirmed_at }) => ({
        email,
        name,
        is_deactivated: deactivated_at !== null,
        has_two_steps: confirmed_at !== null,
      }));
      if (args.has("json")) return io.out(JSON.stringify(people));
      if (people.length === 0)
        io.err("There is no administrator yet: `purser setup-url` prints the link for the first.");
      for (const { email, name, is_deactivated, has_two_steps } of people)
        io.out(
          `${email}  ${name}  (${has_two_steps ? "two steps" : "one step"}${is_deactivated ? ", deactivated" : ""})`,
        );
    }),
};

/** For the administrator whom nobody else can help: without a password, or without phone and recovery codes. */
export const resetPassword: Verb = {
  name: "reset-password",
  summary: "Print a link by which somebody of the staff chooses a new password; it is good for an hour",
  options: [
    { name: "email", value: "E-MAIL", summary: "Whose" },
    { name: "two-step", summary: "Take the second step away too, for somebody who has lost phone and recovery codes" },
    ...here,
  ],
  takesConfig: true,
  run: (args, io) => {
    const email = required(args, "email").toLowerCase();
    return onTenant(args, io, async (ctx) => {
      const link = await inUnit(ctx, async (work) => {
        const user = await work.db
          .selectFrom("users")
          .select(["id", "deactivated_at"])
          .where("user_type", "=", "staff")
          .where("email", "=", email)
          .executeTakeFirst();
        if (user === undefined) throw new OperatorProblem("failed", `nobody of the staff has the address ${email}`);
        if (user.deactivated_at !== null)
          throw new OperatorProblem("failed", `${email} is deactivated; an administrator can activate it again`);
        if (args.has("two-step")) await perform(work, resetSecondFactor, { id: user.id });
        return `${work.tenant.public_url}/reset/${await mintOneTime(work, "reset", user.id)}`;
      });
      io.out(link);
      io.err("The old password works until a new one is chosen there.");
    });
  },
};
