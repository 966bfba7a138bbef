import { OperatorProblem } from "../platform/config/problem.ts";
import { closest } from "../platform/config/spelling.ts";
import { type Args, configOptions, type Option, type Verb } from "./verb.ts";

/** All options a verb understands, the settings' flags included. */
export function optionsOf(verb: Verb): readonly Option[] {
  return [...(verb.options ?? []), ...(verb.takesConfig === true ? configOptions() : [])];
}

/**
 * Reads what stands behind a verb: `--name value`, `--name=value`, switches, operands; after `--` only operands.
 *
 * @throws OperatorProblem `usage`, with what was probably meant
 */
export function parseArguments(verb: Verb, given: readonly string[]): Args {
  const options = optionsOf(verb);
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const operands: string[] = [];
  const rest = [...given];
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (next === "--") {
      operands.push(...rest.splice(0));
    } else if (!next.startsWith("-") || next === "-") {
      operands.push(next);
    } else {
      const [, name = "", inline] = /^--([^=]+)(?:=(.*))?$/s.exec(next) ?? [];
      const option = options.find((known) => known.name === name);
      if (option === undefined) throw unknownOption(next, options);
      if (name in values || switches.has(name)) throw usage(`--${name} is given twice`);
      if (option.value === undefined) {
        if (inline !== undefined) throw usage(`--${name} takes no value`);
        switches.add(name);
      } else {
        const value = inline ?? rest.shift();
        if (value === undefined) throw usage(`--${name} needs a value: --${name} ${option.value}`);
        values[name] = value;
      }
    }
  }
  checkOperands(verb, operands);
  return { operands, values, has: (name) => switches.has(name), value: (name) => values[name] ?? null };
}

function checkOperands(verb: Verb, given: readonly string[]): void {
  const names = verb.operands ?? [];
  const missing = names.filter((name) => !name.startsWith("["))[given.length];
  if (missing !== undefined) throw usage(`${missing} is missing`);
  const extra = given[names.length];
  if (extra !== undefined) throw usage(`${JSON.stringify(extra)} is one argument too many`);
}

function unknownOption(given: string, options: readonly Option[]): OperatorProblem {
  const name = given.replace(/=.*$/s, "");
  const meant = closest(
    name,
    options.map((option) => `--${option.name}`),
  );
  return usage(`there is no option ${name}${meant === null ? "" : `; did you mean ${meant}?`}`);
}

/** A wrong call: exit code 2. */
export function usage(message: string): OperatorProblem {
  return new OperatorProblem("usage", message);
}
