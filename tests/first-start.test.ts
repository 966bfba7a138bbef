import { describe, expect, test } from "bun:test";
import { api, cleanUpAfterwards, company, installation, person, started } from "./support/started.ts";

cleanUpAfterwards();

describe("the first start", () => {
  test("is finished by one command, which prints the key and nothing else", async () => {
    const one = await installation();
    const key = await one.firstKey(person);
    expect(key).toMatch(/^pk_[0-9a-f]{32}_[\w-]{43}$/);
    const server = await started(one);
    expect(server.setupUrl()).toBeUndefined();
    const users = await (await api(one, key, "/users")).json();
    expect(users).toMatchObject({ data: [{ attributes: { email: person.email, name: person.name } }] });
    const second = await one.cli(
      ["admin", "create", "--email", person.email, "--name", "Somebody", "--password-file", "-", "--api-key"],
      `${person.password}\n`,
    );
    expect([second.code, second.stdout]).toEqual([1, ""]);
  });

  test("refuses a weak password and a bad address with a sentence", async () => {
    const one = await installation();
    if (MULTI_TENANT)
      await one.cli(["tenant", "create", "--name", "Harbor IT", "--domain", "127.0.0.1", "--url", one.url]);
    const weak = await one.cli(
      ["admin", "create", "--email", person.email, "--name", "Dana", "--password-file", "-"],
      "short\n",
    );
    expect(weak.code).toBe(1);
    expect(weak.stderr).toContain("12 characters");
    const bad = await one.cli(
      ["admin", "create", "--email", "nobody", "--name", "Dana", "--password-file", "-"],
      `${person.password}\n`,
    );
    expect(bad.code).toBe(2);
  });
});

describe("stopping and starting", () => {
  test("keeps what was acknowledged through kill -9, and stops cleanly when asked", async () => {
    const one = await installation();
    const key = await one.firstKey(person);
    const server = await started(one);
    for (let index = 0; index < 5; index += 1)
      expect((await api(one, key, "/companies", company(`Client ${index}`))).status).toBe(201);
    await server.kill9();
    const again = await started(one);
    const { data } = (await (await api(one, key, "/companies")).json()) as { data: unknown[] };
    expect(data).toHaveLength(5);
    expect(await again.stop()).toBe(0);
  });
});

test("the program says what it is and whether it is well", async () => {
  const one = await installation();
  await one.firstKey(person);
  const version = await one.cli(["version", "--json"]);
  expect(JSON.parse(version.stdout)).toMatchObject({ version: expect.any(String) });
  const server = await started(one);
  expect((await one.cli(["healthcheck"])).code).toBe(0);
  await server.stop();
  expect((await one.cli(["healthcheck"])).code).toBe(1);
});
