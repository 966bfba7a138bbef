import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";

/** A catalog: English text → text. */
export type Catalog = Record<string, string>;

/** The names that a text fills in, sorted; those of plurals too. Throws for what is no ICU text. */
export function placeholders(text: string): string[] {
  const names = new Set<string>();
  const visit = (elements: readonly MessageFormatElement[]): void => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      names.add(element.value);
      if (element.type === TYPE.plural || element.type === TYPE.select)
        for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(parse(text.split("||", 1)[0] ?? "", { ignoreTag: true }));
  return [...names].sort();
}

/** What is wrong with a language's catalogs; `owners` says in whose catalog each text of the program belongs. */
export function catalogProblems(
  owners: ReadonlyMap<string, string>,
  catalogs: readonly { path: string; owner: string; catalog: Catalog }[],
): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const { path, owner, catalog } of catalogs) {
    const keys = Object.keys(catalog);
    if (keys.some((key, at) => at > 0 && compare(keys[at - 1] ?? "", key) > 0)) problems.push(`${path} is not sorted`);
    for (const [key, text] of Object.entries(catalog)) {
      if (seen.has(key)) problems.push(`${path}: "${key}" stands in ${seen.get(key) ?? ""} already`);
      seen.set(key, path);
      const home = owners.get(key);
      if (home === undefined) problems.push(`${path}: nothing says "${key}"`);
      else if (home !== owner) problems.push(`${path}: "${key}" belongs to ${home}`);
      if (text.trim() === "") problems.push(`${path}: "${key}" is empty`);
      problems.push(...placeholderProblem(path, key, text));
    }
  }
  // What was translated already may be looked up again where it is shown, and must not become something else then.
  const all: Catalog = Object.assign({}, ...catalogs.map(({ catalog }) => catalog));
  for (const [key, text] of Object.entries(all)) {
    const again = Object.hasOwn(all, text) ? all[text] : undefined;
    if (again !== undefined && again !== text)
      problems.push(`"${key}" becomes "${text}", which is itself a text and becomes "${again}"`);
  }
  for (const key of owners.keys()) if (!seen.has(key)) problems.push(`missing in ${owners.get(key) ?? ""}: "${key}"`);
  return problems;
}

function placeholderProblem(path: string, key: string, text: string): string[] {
  try {
    const [wanted, given] = [placeholders(key).join(", "), placeholders(text).join(", ")];
    return wanted === given ? [] : [`${path}: "${key}" names {${wanted}}, its translation {${given}}`];
  } catch (error) {
    return [`${path}: "${key}": ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** The order of catalogs: by code points, the same on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
