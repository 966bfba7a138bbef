import { readFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { addOperator, addOperatorKey, checkOperatorPassword, resetOperatorFactors } from "../modules/tenants/index.ts";
import { system } from "../platform/access/actor.ts";
import { platformContext } from "../platform/access/platform.ts";
import { validate } from "../platform/access/validate.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { type Ctx, inUnit } from "../platform/context.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import type { ExitCode } from "./exit.ts";
import { inProgram, required } from "./in-program.ts";
import { type Args, type Io, jsonOption, type Verb, type VerbGroup } from "./verb.ts";

const person = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Type.String({ format: "email", maxLength: 254 }),
});

const create: Verb = {
  name: "create",
  summary: "Make an operator, who runs this installation at PURSER_ADMIN_URL",
  options: [
    { name: "email", value: "E-MAIL", summary: "The address to sign in with" },
    { name: "name", value: "NAME", summary: "The person's name" },
    {
      name: "password-file",
      value: "FILE",
      summary: "A file whose first line is the password; - reads standard input. Without it a link is printed",
    },
    { name: "api-key", summary: "Print an API key of this operator as the only line" },
  ],
  takesConfig: true,
  run: async (args, io) => {
    const given = { name: required(args, "name"), email: required(args, "email") };
    const [problem] = validate(person, given);
    if (problem !== undefined) throw new OperatorProblem("usage", problem.message);
    const file = args.value("password-file");
    const password = file === null ? null : await firstLine(file, io);
    return onInstallation(args, io, async (ctx) => {
      if (password !== null) checkOperatorPassword(password, given);
      const password_hash = password === null ? null : await hashPassword(password);
      const made = await inUnit(ctx, async (work) => {
        const { id, link } = await addOperator(work, { ...given, password_hash });
        const key = args.has("api-key") ? (await addOperatorKey(work, id, "Command line")).key : null;
        return { link, key };
      });
      if (made.key !== null) io.out(made.key);
      if (made.link !== "") (made.key === null ? io.out : io.err)(made.link);
      else if (made.key === null) io.err(`${given.email} can sign in now.`);
    });
  },
};

const list: Verb = {
  name: "list",
  summary: "List the operators, and who signs in in two steps",
  options: [jsonOption],
  takesConfig: true,
  run: (args, io) =>
    onInstallation(args, io, async (ctx) => {
      const rows = await ctx.app.database.platform((db) =>
        db
          .selectFrom("operators")
          .select(["id", "name", "email", "last_signed_in_at", "deactivated_at", "totp_confirmed_at"])
          .orderBy("email")
          .execute(),
      );
      if (args.has("json")) return io.out(JSON.stringify(rows));
      for (const row of rows) {
        const remarks = [
          row.totp_confirmed_at === null ? "one step" : "two steps",
          ...(row.deactivated_at === null ? [] : ["deactivated"]),
        ];
        io.out(`${row.email}  ${row.name}  (${remarks.join(", ")})`);
      }
    }),
};

const reset: Verb = {
  name: "reset-two-step",
  summary: "Take authenticator app and recovery codes of an operator away who has lost both",
  options: [{ name: "email", value: "E-MAIL", summary: "Whose" }],
  takesConfig: true,
  run: (args, io) => {
    const email = required(args, "email").toLowerCase();
    return onInstallation(args, io, async (ctx) => {
      const row = await ctx.app.database.platform((db) =>
        db.selectFrom("operators").select(["id", "email"]).where("email", "=", email).executeTakeFirst(),
      );
      if (row === undefined) throw new OperatorProblem("failed", `there is no operator ${email}`);
      await inUnit(ctx, (work) => resetOperatorFactors(work, row));
      io.err(
        `${email} signs in with the password alone, or sets an app up at the next sign-in where that is required.`,
      );
    });
  },
};

export const verb: VerbGroup = {
  name: "operator",
  summary: "Those who run this installation",
  verbs: [create, list, reset],
};

/** Does something in the name of the command line, in the installation itself. */
const onInstallation = (args: Args, io: Io, run: (ctx: Ctx) => Promise<void>): Promise<ExitCode> =>
  inProgram(args, io, ({ program: { app } }) => run(platformContext(app, { ...system, name: "Command line" })));

async function firstLine(file: string, io: Io): Promise<string> {
  try {
    const text = file === "-" ? await io.stdin() : readFileSync(file, "utf8");
    return text.split(/\r?\n/)[0] ?? "";
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OperatorProblem("failed", `${file} cannot be read: ${message}`);
  }
}
