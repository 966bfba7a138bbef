import { expect, setDefaultTimeout, test } from "bun:test";
import { api, cleanUpAfterwards, installation, person, started } from "./support/started.ts";
import { waitFor } from "./support/waiting.ts";

setDefaultTimeout(240_000);
cleanUpAfterwards();

// More than come in while one waits.
const rows = 2_400;
const nameOf = (index: number): string => `Crash ${String(index).padStart(5, "0")}`;

interface Batch {
  import_status: string;
  done_rows: number;
  summary: { created?: Record<string, number>; bad?: number };
}

test("a long import that is killed with -9 again and again goes on where it stood, and brings nothing twice", async () => {
  const one = await installation();
  const key = await one.firstKey(person);
  let server = await started(one);
  const lines = Array.from({ length: rows }, (_, index) => `${nameOf(index)},City ${index % 50}`);
  const sent = await fetch(`${one.url}/api/v1/import-batches?target=companies`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: `Company Name,City\n${lines.join("\n")}\n`,
  });
  const { data } = (await sent.json()) as { data: { id: string; attributes: Batch } };
  expect([sent.status, data.attributes.import_status]).toEqual([201, "applying"]);
  const look = async (): Promise<Batch> => {
    const answer = await api(one, key, `/import-batches/${data.id}`);
    return ((await answer.json()) as { data: { attributes: Batch } }).data.attributes;
  };
  let before = 0;
  for (let kills = 0; kills < 2; kills += 1) {
    const running = await waitFor(
      "the import to move",
      async () => {
        const now = await look();
        return now.done_rows > before || now.import_status !== "applying" ? now : undefined;
      },
      { timeoutMs: 90_000, everyMs: 250 },
    );
    // A test that kills too late proves nothing.
    expect(running.import_status).toBe("applying");
    before = running.done_rows;
    await server.kill9();
    server = await started(one);
    expect((await look()).done_rows).toBeGreaterThanOrEqual(before);
  }
  let last = 0;
  const done = await waitFor(
    "the import to be done",
    async () => {
      const now = await look();
      last = now.done_rows;
      return now.import_status === "applied" ? now : undefined;
    },
    { timeoutMs: 170_000, everyMs: 500, details: () => `${last} rows are in` },
  );
  expect(done).toMatchObject({ done_rows: rows, summary: { bad: 0, created: { companies: rows } } });
  const names: string[] = [];
  for (let next: string | null = "/companies?page[size]=200"; next !== null;) {
    const answer = await api(one, key, next);
    const page = (await answer.json()) as {
      data: { attributes: { name: string } }[];
      links: { next?: string | null };
    };
    names.push(...page.data.map(({ attributes }) => attributes.name));
    next = page.links.next == null ? null : page.links.next.replace(/^.*\/api\/v1/, "");
  }
  expect([names.length, new Set(names).size]).toEqual([rows, rows]);
});
