import { readFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { createFirstAdministrator, finishStep } from "../modules/setup/index.ts";
import { checkPassword, makeApiKey, setRoles } from "../modules/staff/index.ts";
import { users } from "../platform/access/schema.ts";
import { validate } from "../platform/access/validate.ts";
import { perform } from "../platform/action.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { type Ctx, inUnit } from "../platform/context.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import { insert } from "../platform/database/records.ts";
import { list, resetPassword } from "./admin-people.ts";
import { unlock } from "./admin-unlock.ts";
import { required } from "./in-program.ts";
import { onTenant } from "./on-tenant.ts";
import { tenantOption } from "./program.ts";
import type { Io, Verb, VerbGroup } from "./verb.ts";

const person = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Type.String({ format: "email", maxLength: 254 }),
});

const create: Verb = {
  name: "create",
  summary: "Make an administrator; the first one finishes the set-up with defaults",
  options: [
    { name: "email", value: "E-MAIL", summary: "The address to sign in with" },
    { name: "name", value: "NAME", summary: "The person's name" },
    {
      name: "password-file",
      value: "FILE",
      summary: "A file whose first line is the password; - reads standard input",
    },
    { name: "api-key", summary: "Print an API key of this administrator as the only line" },
    ...(MULTI_TENANT ? [tenantOption] : []),
  ],
  takesConfig: true,
  run: async (args, io) => {
    const given = { name: required(args, "name"), email: required(args, "email") };
    const [problem] = validate(person, given);
    if (problem !== undefined) throw new OperatorProblem("usage", problem.message);
    const password = await readPassword(required(args, "password-file"), io);
    return onTenant(args, io, async (ctx) => {
      await checkPassword(ctx, password, { ...given, id: null });
      const password_hash = await hashPassword(password);
      const userId = ctx.tenant.is_set_up
        ? await another(ctx, { ...given, password_hash })
        : await first(ctx, { ...given, password_hash });
      if (args.has("api-key")) {
        const { key } = await inUnit(ctx, (work) => makeApiKey(work, userId, { name: "Command line" }));
        io.out(key);
      } else io.err(`${given.email} can sign in now.`);
    });
  },
};

export const verb: VerbGroup = {
  name: "admin",
  summary: "Administrators, from the command line",
  verbs: [create, list, resetPassword, unlock],
};

interface Person {
  name: string;
  email: string;
  password_hash: string;
}

async function first(ctx: Ctx, given: Person): Promise<string> {
  const made = await perform(ctx, createFirstAdministrator, { token: null, ...given });
  await perform(ctx, finishStep, { step: "reference" });
  return made.user_id;
}

async function another(ctx: Ctx, given: Person): Promise<string> {
  return inUnit(ctx, async (work) => {
    const email = given.email.trim().toLowerCase();
    const known = await work.db
      .selectFrom("users")
      .select("id")
      .where("user_type", "=", "staff")
      .where("email", "=", email)
      .executeTakeFirst();
    if (known !== undefined) throw new OperatorProblem("failed", `${email} is a staff member already`);
    const user = await insert(work, users, {
      user_type: "staff",
      ...given,
      email,
      password_changed_at: work.app.clock.now(),
    });
    const role = await work.db
      .selectFrom("roles")
      .select("id")
      .where("role_key", "=", "administrator")
      .executeTakeFirstOrThrow();
    await setRoles(work, user.id, [role.id]);
    return user.id;
  });
}

async function readPassword(file: string, io: Io): Promise<string> {
  try {
    const text = file === "-" ? await io.stdin() : readFileSync(file, "utf8");
    return text.split(/\r?\n/)[0] ?? "";
  } catch (error) {
    throw new OperatorProblem(
      "failed",
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
