import type { TSchema } from "@sinclair/typebox";
import type { Resource } from "../../src/platform/resource.ts";
import type { TestProgram } from "./program.ts";

/**
 * One record of each resource that `everything.ts` does not make by hand, from what its input requires: a new module needs
 * no line there as long as that is plain. Answers their ids by the first part of their addresses.
 */
export async function makeOthers(
  t: TestProgram,
  key: string,
  ids: Readonly<Record<string, string>>,
  marker: string,
): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const { type, path, table, audience, create } of t.app.registry.resources.values()) {
    if (audience !== "staff" || create === null || path in ids) continue;
    const attributes = sampleOf(create.input, table, (of) => ids[pathOf(t, of)] ?? made[pathOf(t, of)], marker);
    const answer = await t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
    if (answer.status !== 201)
      throw new Error(
        `${path} cannot be made from its schema; make one in everything.ts: ${JSON.stringify(answer.body)}`,
      );
    made[path] = answer.body.data.id as string;
  }
  return made;
}

const pathOf = (t: TestProgram, of: string): string =>
  [...t.app.registry.resources.values()].find(({ table }) => table.name === of)?.path ?? of;

function sampleOf(
  input: TSchema,
  { columns }: Resource["table"],
  idOf: (table: string) => string | undefined,
  marker: string,
): Record<string, unknown> {
  const properties = input["properties"] as Record<string, TSchema>;
  const required = (input["required"] ?? []) as string[];
  return Object.fromEntries(
    required.map((name) => {
      const target = columns[name]?.references ?? null;
      return [name, target === null ? sample(properties[name] ?? {}, marker) : idOf(target)];
    }),
  );
}

const byFormat: Readonly<Record<string, string>> = {
  date: "2026-11-03",
  instant: "2026-11-03T09:00:00Z",
  time: "09:00",
  decimal: "1",
  money: "1.00",
  currency: "EUR",
  timezone: "Europe/Berlin",
  color: "#336699",
  email: "sample@example.com",
  url: "https://sample.example.com",
  website: "https://sample.example.com",
};

function sample(schema: Partial<TSchema>, marker: string): unknown {
  const [first] = (schema["anyOf"] ?? []) as TSchema[];
  if (first !== undefined) return sample(first, marker);
  if (schema["const"] !== undefined) return schema["const"];
  switch (schema["type"]) {
    case "integer":
    case "number":
      return schema["minimum"] ?? 1;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return (
        byFormat[String(schema["format"])] ?? `${marker} sample`.slice(0, schema["maxLength"] as number | undefined)
      );
  }
}
