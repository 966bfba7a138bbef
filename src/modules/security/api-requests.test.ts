import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { document } from "../../../tests/support/record-api.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { forgetRequests } from "./jobs.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const api = (method: string, path: string, given: Parameters<TestProgram["api"]>[2] = {}) =>
  t.api(method, `/api/v1/${path}`, { key, ...given });
const from = (ip: string): { headers: Record<string, string> } => ({ headers: { "x-forwarded-for": ip } });

describe("requests to the API", () => {
  test("are searched by path, person, key and address: on the page, over the API and in the file", async () => {
    await api("GET", "companies?filter[name]=Sought", from("198.51.100.31"));
    await api("GET", "tickets", from("198.51.100.32"));
    await t.app.journal.flush();
    const person = await signedIn(t, await t.harbor.as("administrator"));
    for (const [text, count] of [
      ["198.51.100.31", 1],
      ["198.51.100.3", 2],
      ["API key test", 2],
      ["v1/tickets", 1],
      ["sought", 0],
    ] as const) {
      const asked = `&filter[q]=${encodeURIComponent(text)}&page[size]=200`;
      const { body } = await api("GET", `api-requests?filter[ip_address][like]=198.51.100.3${asked}`);
      expect([text, body.data.length]).toEqual([text, count]);
      const file = await person.open(`/settings/api-requests/export.csv?q=${encodeURIComponent(text)}`);
      const page = await person.open(`/settings/api-requests?q=${encodeURIComponent(text)}`);
      expect([text, file.text.includes("198.51.100.3")]).toEqual([text, count > 0]);
      expect([text, page.text.includes("198.51.100.3")]).toEqual([text, count > 0]);
    }
    expect((await api("GET", "security-alerts?filter[q]=x")).status).toBe(400);
    expect((await api("GET", "api-requests?filter[q]=%00")).status).toBe(400);
  });

  test("are written down with who, what and how it was answered, without queries and bodies", async () => {
    await t.app.journal.flush();
    await api("GET", "companies?filter[name]=Secret", from("198.51.100.7"));
    await t.api("GET", "/api/v1/companies", { key: "pk_wrong", ...from("198.51.100.8") });
    await t.app.journal.flush();
    const { body } = await api("GET", "api-requests?filter[ip_address]=198.51.100.7,198.51.100.8&sort=ip_address");
    expect(
      (body.data as { attributes: Record<string, unknown> }[]).map(({ attributes }) => [
        attributes["method"],
        attributes["path"],
        attributes["status_code"],
        attributes["actor_name"],
      ]),
    ).toEqual([
      ["GET", "/api/v1/companies", 200, "Administrator of Harbor IT (API key test)"],
      ["GET", "/api/v1/companies", 401, "Nobody"],
    ]);
    expect(JSON.stringify(body)).not.toContain("Secret");
  });

  test("that let somebody in are theirs: they were nobody before", async () => {
    const name = "Ada Quay";
    const { email } = await makeStaff(t.harbor, "technician", name);
    await t.app.journal.flush();
    const send = (path: string, type: string, attributes: object) =>
      t.api("POST", `/api/v1/auth/${path}`, { body: document(type, attributes), ...from("198.51.100.9") });
    await send("login", "credentials", { email, password: "not the right one" });
    const { body } = await send("login", "credentials", { email, password });
    await send("refresh", "refresh_tokens", { refresh_token: body.data.attributes.refresh_token });
    await t.app.journal.flush();
    const asked = await api("GET", "api-requests?filter[ip_address]=198.51.100.9&sort=requested_at");
    const who = (asked.body.data as { attributes: { actor_name: string } }[]).map((one) => one.attributes.actor_name);
    expect(who.toSorted()).toEqual([name, name, "Nobody"].toSorted());
  });

  test("of nobody cannot fill the disk: some of each round are kept", async () => {
    await t.app.journal.flush();
    for (let at = 0; at < 80; at += 1) await t.api("GET", "/api/v1/tickets", from("198.51.100.99"));
    await t.app.journal.flush();
    const { body } = await api("GET", "api-requests?filter[ip_address]=198.51.100.99&page[size]=200");
    expect(body.data).toHaveLength(50);
  });

  test("are forgotten after as many days as the organization says", async () => {
    await api("GET", "contacts", from("198.51.100.20"));
    await t.app.journal.flush();
    const left = async (): Promise<number> =>
      (await api("GET", "api-requests?filter[ip_address]=198.51.100.20")).body.data.length as number;
    t.clock.advance(89 * 24 * 3600_000);
    await runJob(t.app, t.harbor.tenant, forgetRequests);
    expect(await left()).toBe(1);
    t.clock.advance(2 * 24 * 3600_000);
    await runJob(t.app, t.harbor.tenant, forgetRequests);
    expect(await left()).toBe(0);
    t.clock.set("2026-11-21T09:00:00.000Z");
  });

  test("of another organization are its own", async () => {
    const { body } = await t.api("GET", "/api/v1/api-requests?page[size]=200", {
      key: await t.mill.key("administrator"),
      tenant: t.mill,
    });
    expect(JSON.stringify(body)).not.toContain("Harbor");
  });
});
