import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { hostNameOf } from "./host.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

describe("the host that a request asks for", () => {
  test("is the same with capitals, with a port, and with a dot at its end", () => {
    for (const host of ["desk.example.com", "Desk.Example.COM", "desk.example.com:8080", "desk.example.com.:8080"])
      expect(hostNameOf(new Request("http://localhost/", { headers: { host } }))).toBe("desk.example.com");
    expect(hostNameOf(new Request("http://localhost:8080/"))).toBe("localhost");
    expect(hostNameOf(new Request("http://localhost/", { headers: { host: "[::1]:8080" } }))).toBe("[::1]");
  });

  test("leads to its organization with a dot at its end as without", async () => {
    const dotted = { ...t.harbor, host: "harbor.test." };
    const page = await t.browser(dotted).open("/sign-in");
    expect([page.status, page.text.includes("Sign in to Harbor IT")]).toEqual([200, true]);
    expect((await t.fetch("/sign-in", {}, { ...t.harbor, host: "other.test." })).status).toBe(404);
  });
});
