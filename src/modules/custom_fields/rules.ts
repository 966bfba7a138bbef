import type { Choice } from "../../platform/custom-fields/schema.ts";

/** A key made of a label: `Anti-virus product` → `anti_virus_product`. Empty when the label has nothing for one. */
export function keyOf(label: string): string {
  return label
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 50)
    .replace(/_+$/, "");
}

export interface GivenChoice {
  key?: string;
  label: string;
  color?: string;
  is_archived?: boolean;
}

/**
 * The choices that are to be, with those that are there: one is known by its key or else by its label, and keeps its key
 * when the label changes. Those that are left out and in use are kept, archived; the others go.
 */
export function mergeChoices(
  present: readonly Choice[],
  given: readonly GivenChoice[],
  used: ReadonlySet<string>,
): Choice[] {
  // Nor does a new choice take the key that records have for one that is left out: it would change what stands in them.
  const taken = new Set([...used, ...given.map((one) => one.key).filter((key) => key !== undefined)]);
  const merged = given.map((one): Choice => {
    const known =
      present.find((choice) => choice.key === one.key) ??
      present.find((choice) => one.key === undefined && choice.label.toLowerCase() === one.label.trim().toLowerCase());
    const key = known?.key ?? one.key ?? freeKey(keyOf(one.label) || "choice", taken);
    taken.add(key);
    return {
      key,
      label: one.label.trim(),
      color: one.color ?? known?.color ?? "",
      is_archived: one.is_archived ?? false,
    };
  });
  const left = present.filter((choice) => !merged.some((one) => one.key === choice.key) && used.has(choice.key));
  return [...merged, ...left.map((choice) => ({ ...choice, is_archived: true }))];
}

/** A key that is not taken: the wish, or the wish with the first number that is free. */
export function freeKey(wish: string, taken: ReadonlySet<string>): string {
  let key = wish;
  for (let number = 2; taken.has(key); number += 1) key = `${wish}_${number}`;
  return key;
}

/** Choices as people write them: one a line, with a colour behind it when there is one (`Gold #d4a017`). */
export function readChoices(text: string): GivenChoice[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const match = /\s(#[0-9a-fA-F]{6})$/.exec(line);
      return match === null
        ? { label: line, color: "" }
        : { label: line.slice(0, match.index).trimEnd(), color: match[1] ?? "" };
    });
}

export function writeChoices(choices: readonly Choice[]): string {
  return choices
    .filter((choice) => !choice.is_archived)
    .map((choice) => (choice.color === "" ? choice.label : `${choice.label} ${choice.color}`))
    .join("\n");
}
