import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { operatorRoutes } from "../src/platform/http/module-routes.ts";
import { unreachable, walkLinks } from "./support/links.ts";
import { type OperatorHost, operatorHost } from "./support/operators.ts";
import type { Place } from "./support/page-check.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
let host: OperatorHost;

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
});
afterAll(() => t.close());

const places = (): Place[] =>
  operatorRoutes(t.app.registry)
    .filter(({ method, door, path }) => method === "GET" && door !== "api" && !path.endsWith("/sign-out"))
    .map(({ path }) => {
      const id = path.startsWith("/operators") ? host.operator.id : t.mill.id;
      return { name: path, path: path.replace("/:id", `/${id}`).replaceAll(/:\w+/g, "up") };
    });

test("every link that operators are shown leads somewhere, before and after signing in", async () => {
  const { cookies } = await host.browser();
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const signedIn = await walkLinks((path) => host.fetch(path, { headers: { cookie } }), places());
  expect(signedIn.problems).toEqual([]);
  expect(signedIn.count).toBeGreaterThan(15);
  const laterPages = [
    // Some time after signing in, and where what is shown once leads to by itself.
    "/account/two-step/start",
    "/shown-once",
    // Once two-step sign-in is on.
    "/account/two-step/recovery-codes",
    "/account/two-step/remove",
    // Of an organization that is suspended and exported, and of its second host name.
    "/tenants/:id/delete",
    "/tenants/:id/domains/:domain",
  ];
  expect(unreachable(signedIn, "/tenants").filter((name) => !laterPages.includes(name))).toEqual([]);
  const stranger = await walkLinks((path) => host.fetch(path), places());
  expect(stranger.problems).toEqual([]);
});
