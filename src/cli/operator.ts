import { readFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { addOperator, addOperatorKey, checkOperatorPassword } from "../modules/tenants/index.ts";
import { system } from "../platform/access/actor.ts";
import { platformContext } from "../platform/access/platform.ts";
import { validate } from "../platform/access/validate.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { inUnit } from "../platform/context.ts";
import { hashPassword } from "../platform/crypto/passwords.ts";
import { Failure } from "../platform/errors.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf } from "./program.ts";
import { type Args, configOf, type Io, type Verb, type VerbGroup } from "./verb.ts";

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
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      if (password !== null) checkOperatorPassword(password, given);
      const password_hash = password === null ? null : await hashPassword(password);
      const ctx = platformContext(opened.program.app, { ...system, name: "Command line" });
      const made = await inUnit(ctx, async (work) => {
        const { id, link } = await addOperator(work, { ...given, password_hash });
        const key = args.has("api-key") ? (await addOperatorKey(work, id, "Command line")).key : null;
        return { link, key };
      });
      if (made.key !== null) io.out(made.key);
      if (made.link !== "") (made.key === null ? io.out : io.err)(made.link);
      else if (made.key === null) io.err(`${given.email} can sign in now.`);
      return exit.ok;
    } catch (error) {
      if (error instanceof Failure) throw new OperatorProblem("failed", error.problems[0]?.message ?? error.message);
      throw error;
    } finally {
      await opened.close();
    }
  },
};

export const verb: VerbGroup = { name: "operator", summary: "Those who run this installation", verbs: [create] };

function required(args: Args, name: string): string {
  const value = args.value(name)?.trim() ?? "";
  if (value === "") throw new OperatorProblem("usage", `--${name} is missing`);
  return value;
}

async function firstLine(file: string, io: Io): Promise<string> {
  try {
    const text = file === "-" ? await io.stdin() : readFileSync(file, "utf8");
    return text.split(/\r?\n/)[0] ?? "";
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OperatorProblem("failed", `${file} cannot be read: ${message}`);
  }
}
