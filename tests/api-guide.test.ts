import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Everything, makeEverything } from "./support/everything.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** The examples of `docs/api/README.md` run as they stand. */

let t: TestProgram;
let e: Everything;
let server: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = await request.text();
      return t.fetch(pathname + search, { method, headers, ...(body === "" ? {} : { body }) });
    },
  });
});
afterAll(async () => {
  await server.stop(true);
  await t.close();
});

test("every curl example of the guide gets what it asks for", async () => {
  expect(e.ids["companies"]).toBeDefined();
  const guide = await Bun.file("docs/api/README.md").text();
  const examples = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map((match) => (match[1] ?? "").replaceAll("\\\n", " "))
    .flatMap((block) => block.trim().split("\n"));
  expect(examples.length).toBeGreaterThan(4);
  const env = {
    PATH: process.env["PATH"] ?? "",
    PURSER: `http://127.0.0.1:${server.port}`,
    KEY: await t.harbor.key("administrator"),
  };
  for (const example of examples) {
    const child = Bun.spawn(["sh", "-c", example], { env, stdout: "pipe" });
    const document = JSON.parse(await new Response(child.stdout).text()) as { data?: unknown; errors?: unknown };
    expect([example, document.errors, document.data === undefined]).toEqual([example, undefined, false]);
  }
});
