import { expect, test } from "bun:test";
import { api, cleanUpAfterwards, company, installation, person, started } from "./support/started.ts";
import type { Installation } from "./support/installation.ts";

cleanUpAfterwards();

interface Load {
  acknowledged: string[];
  /** Answered with 503: the server has said that it is on its way out. */
  refused: string[];
  /** Neither answered nor taken in: the connection could not be made any more, or was closed before. */
  unanswered: string[];
  unexpected: number[];
}

/** Twenty clients make companies one after the other until the server takes no more. */
async function post(one: Installation, key: string): Promise<Load> {
  const load: Load = { acknowledged: [], refused: [], unanswered: [], unexpected: [] };
  const client = async (number: number): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const name = `Client ${number}-${index}`;
      const response = await api(one, key, "/companies", company(name)).catch(() => null);
      if (response === null) return void load.unanswered.push(name);
      // The whole answer counts: a status line without its body is a broken answer.
      const isWhole = await response.text().then((text) => text !== "").catch(() => false);
      if (response.status === 201 && isWhole) load.acknowledged.push(name);
      else if (response.status === 503) return void load.refused.push(name);
      else return void load.unexpected.push(response.status);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)));
  return load;
}

async function storedNames(one: Installation, key: string): Promise<string[]> {
  const names: string[] = [];
  let next: string | null = "/companies?page[size]=100&sort=name";
  while (next !== null) {
    const page = (await (await api(one, key, next)).json()) as {
      data: { attributes: { name: string } }[];
      links: { next?: string | null };
    };
    names.push(...page.data.map(({ attributes }) => attributes.name));
    next = page.links.next?.replace(/^.*\/api\/v1/, "") ?? null;
  }
  return names;
}

test("SIGTERM under load: what was acknowledged is there, and nothing was done without an answer", async () => {
  const one = await installation();
  const key = await one.firstKey(person);
  const server = await started(one);
  const loading = post(one, key);
  await Bun.sleep(700);
  expect(await server.stop()).toBe(0);
  const load = await loading;
  expect(load.unexpected).toEqual([]);
  expect(load.acknowledged.length).toBeGreaterThan(20);
  await started(one);
  expect((await storedNames(one, key)).toSorted()).toEqual(load.acknowledged.toSorted());
});
