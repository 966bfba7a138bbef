import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { api, cleanUpAfterwards, company, installation, person, started } from "./support/started.ts";

cleanUpAfterwards();

test("the master key is exchanged while the server is stopped, cut off as often as it likes, and all works on", async () => {
  const one = await installation();
  const key = await one.firstKey(person);
  const server = await started(one);
  expect((await api(one, key, "/companies", company("Harbour Office"))).status).toBe(201);
  const refused = await one.cli(["key", "exchange"]);
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({ code: 75, stderr: expect.anything() });
  await server.stop();

  const keyFile = join(one.dataDir, "secret.key");
  for (const after of [150, 250, 350, 450, 550]) {
    await one.killed(["key", "exchange"], after);
    // Whatever it has come to, the data opens.
    const listed = await one.cli(["key", "list", ...(MULTI_TENANT ? ["--tenant", "127.0.0.1"] : [])]);
    expect({ code: listed.code, stderr: listed.stderr }).toEqual({ code: 0, stderr: expect.anything() });
  }
  const done = await one.cli(["key", "exchange"]);
  expect({ code: done.code, stderr: done.stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining("under the"),
  });
  expect(existsSync(`${keyFile}.next`)).toBe(false);
  expect((await one.cli(["doctor"])).stdout).toContain("kept for earlier backups");

  await started(one);
  const found = (await (await api(one, key, "/companies")).json()) as { data: { attributes: { name: string } }[] };
  expect(found.data.map(({ attributes }) => attributes.name)).toContain("Harbour Office");
});
