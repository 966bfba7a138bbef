import { Glob } from "bun";
import { expect, test } from "bun:test";
import { modules } from "../src/modules/index.ts";
import { defineModule } from "../src/platform/module.ts";
import { buildRegistry } from "../src/platform/registry.ts";

const registry = buildRegistry(modules);
const types = [...registry.events.values()];

/** What is emitted anywhere in the program, by the name of the constant that declares it. */
async function emitted(): Promise<string[]> {
  const found = new Set<string>();
  for await (const file of new Glob("src/**/*.ts").scan(".")) {
    if (file.endsWith(".test.ts")) continue;
    for (const [, name] of (await Bun.file(file).text()).matchAll(/\bemit\(\s*\w+,\s*(\w+)/g)) found.add(name ?? "");
  }
  found.delete("type");
  return [...found].toSorted();
}

/** The constants that modules and the platform declare events by. */
async function declarations(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const file of new Glob("src/**/*.ts").scan(".")) {
    if (file.endsWith(".test.ts")) continue;
    const source = (await Bun.file(file).text()).replaceAll(/^ \*.*$/gm, "");
    for (const [, constant, name] of source.matchAll(/export const (\w+) = eventType\(\{\s*name: "([\w.]+)"/g))
      found.set(constant ?? "", name ?? "");
  }
  return found;
}

test("every event that is told is declared, and listed by its module", async () => {
  const declared = await declarations();
  const unknown = (await emitted()).filter((one) => !registry.events.has(declared.get(one) ?? ""));
  expect(unknown).toEqual([]);
});

test("every event that is declared is told somewhere", async () => {
  const told = new Set(await emitted());
  expect([...(await declarations()).keys()].filter((one) => !told.has(one))).toEqual([]);
});

test("a handler of an event that nobody tells stops the start", () => {
  const listener = defineModule({
    name: "listener",
    events: [{ event: "tickets.exploded", name: "listener.hides", run: async () => {} }],
  });
  expect(() => buildRegistry([...modules, listener])).toThrow(
    "handler listener.hides listens to tickets.exploded, which nobody tells",
  );
});

test("an event is named by its module and says in a sentence when it happens", () => {
  for (const module of modules) {
    for (const type of module.emits ?? []) {
      expect(type.name).toMatch(new RegExp(`^${module.name}\\.[a-z]+(_[a-z]+)*$`));
      expect(type.description).toMatch(/^[A-Z].*\.$/);
    }
  }
});

test("what an event is about is a record that the API shows, named by an id of its payload", () => {
  for (const { name, subject, payload } of types) {
    if (subject === null) continue;
    expect([name, registry.resources.has(subject.resource)]).toEqual([name, true]);
    expect([name, payload.properties[subject.id]?.["format"]]).toEqual([name, "uuid"]);
  }
});

test("no event says what things cost, or a secret", () => {
  const wrong = types.flatMap(({ name, payload }) =>
    Object.keys(payload.properties)
      .filter((key) => /amount|price|rate|total|balance|token|secret|password/.test(key))
      .map((key) => `${name}: ${key}`),
  );
  expect(wrong).toEqual([]);
});
