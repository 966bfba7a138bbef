import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  keyHeaders,
  makeEverything,
} from "./support/everything.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** Reading, decrypting and drawing a file takes its time: nobody else's connection, and no write of the organization, waits for it. */

setDefaultTimeout(120_000);

let t: TestProgram;
let all: Everything;
let program: Headers;
let person: Headers;
let client: Headers;

beforeAll(async () => {
  t = await startTestProgram();
  all = await makeEverything(t);
  program = await keyHeaders(t.harbor, "administrator");
  person = await browserHeaders(t, await t.harbor.as("administrator"));
  client = await browserHeaders(t, all.client);
});
afterAll(() => t.close());

/** For each file that is read while this runs: how many reads and units of work are open. */
async function openAtFiles(run: () => Promise<Response>): Promise<{ status: number; open: number[] }> {
  const { database, files } = t.app;
  const { read, write } = database;
  const { get } = files;
  let now = 0;
  const open: number[] = [];
  const counted =
    <A extends unknown[], R>(inside: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      now += 1;
      try {
        return await inside(...given);
      } finally {
        now -= 1;
      }
    };
  database.read = (tenantId, work) => read(tenantId, counted(work));
  database.write = (tenantId, work) => write(tenantId, counted(work));
  files.get = (...given) => {
    open.push(now);
    return get(...given);
  };
  try {
    const answer = await run();
    await answer.arrayBuffer();
    return { status: answer.status, open };
  } finally {
    Object.assign(database, { read, write });
    Object.assign(files, { get });
  }
}

const downloads: [path: string, who: () => Headers][] = [
  ["/api/v1/tickets/:id/attachments/:attachment_id/content", () => program],
  ["/tickets/:id/attachments/:attachment_id", () => person],
  ["/portal/tickets/:id/attachments/:attachment_id", () => client],
  ["/api/v1/record-attachments/:id/content", () => program],
  ["/record-attachments/:id", () => person],
  ["/api/v1/invoices/:id/pdf", () => program],
  ["/invoices/:id/pdf", () => person],
  ["/portal/invoices/:id/pdf", () => client],
  ["/api/v1/organization/logo/content", () => program],
  ["/brand/logo", () => ({})],
  ["/imports/:id", () => person],
  ["/imports/:id/problems", () => person],
];

for (const [path, who] of downloads)
  test(`GET ${path} reads its file while no read is open`, async () => {
    const address = addressOf(path, all.ids);
    expect(await openAtFiles(() => t.fetch(address, { headers: who() }))).toEqual({ status: 200, open: [0] });
  });

test("a file that is imported is read before the unit of work that takes it in", async () => {
  const body = "Name\nAlder\n";
  const headers = { ...program, "content-type": "text/csv" };
  const answer = await openAtFiles(() =>
    t.fetch("/api/v1/import-batches?target=companies&dry_run=true", { method: "POST", headers, body }),
  );
  expect(answer.status).toBe(201);
  expect(answer.open.filter((count) => count > 0)).toEqual([]);
});
