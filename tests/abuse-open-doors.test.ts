import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { Route } from "../src/platform/http/route.ts";
import { addressOf, type Everything, makeEverything } from "./support/everything.ts";
import { browserOf, linkFor, makeStaff } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** What anybody can send without being known: each field of each open form and document, with each kind of nonsense. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let routes: Route[];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry).filter(({ method }) => method === "POST");
});
afterAll(() => t.close());

const nonsense: readonly string[] = [
  "known@harbor.test\0",
  "\ud800x",
  "x".repeat(100_000),
  "a\r\nBcc: b@c.example",
  "‮\u200f",
  "%00%ff",
];
const values: readonly unknown[] = [...nonsense, null, 1e308, true, [], ["x"], {}, { $ne: "" }, [["x"]]];

let place = 0;
/** Each from an address of its own: what is held here is not the limits. */
const from = (): string => {
  place += 1;
  return `10.${place >> 16}.${(place >> 8) & 255}.${place & 255}`;
};

/** The fields of all forms of a page. */
async function fieldsOf(html: string): Promise<string[]> {
  const found = new Set<string>();
  await new HTMLRewriter()
    .on("form [name]", {
      element: (element) => {
        found.add(element.getAttribute("name") ?? "");
      },
    })
    .transform(new Response(html))
    .text();
  found.delete("_csrf");
  return [...found];
}

test("no form that is open to anybody meets a defect, whatever stands in one of its fields", async () => {
  const bad: string[] = [];
  let sent = 0;
  const robin = await makeStaff(t.harbor, "technician");
  await (await browserOf(t, robin)).open("/account");
  const link = async (): Promise<string> => {
    const browser = t.browser();
    await browser.open("/forgot", { "x-forwarded-for": from() });
    await browser.submit("/forgot", { email: robin.email }, { "x-forwarded-for": from() });
    await t.settle();
    return (await linkFor(t.harbor, robin.email)).split("/").at(-1) ?? "";
  };
  const token = await link();
  for (const route of routes.filter(({ door }) => door === "open")) {
    const path = route.path === "/reset/:token" ? `/reset/${token}` : addressOf(route.path, e.ids);
    const browser = t.browser();
    const page = await browser.open(path, { "x-forwarded-for": from() });
    const csrf =
      /"X-CSRF-Token":"([^"]*)"/.exec(page.html)?.[1] ?? /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const fields = await fieldsOf(page.html);
    for (const name of fields.length === 0 ? ["email", "code", "password"] : fields)
      for (const value of nonsense) {
        const body = new URLSearchParams({ ...Object.fromEntries(fields.map((one) => [one, "x"])), [name]: value });
        const headers = { cookie, "x-csrf-token": csrf, "x-forwarded-for": from() };
        const { status } = await t.fetch(path, { method: "POST", headers, body });
        sent += 1;
        if (status >= 500 || status === 403)
          bad.push(`${route.path} ${name}=${JSON.stringify(value.slice(0, 20))}: ${status}`);
      }
  }
  expect(bad).toEqual([]);
  expect(sent).toBeGreaterThan(200);
});

test("no document that needs no key meets a defect, whatever stands in one of its attributes", async () => {
  const bad: string[] = [];
  let sent = 0;
  for (const { path, door, doc } of routes) {
    const inputs = [doc?.input ?? []].flat().flatMap((one) => ("attributes" in one ? [one] : []));
    if (door !== "hook" && !/\/auth\//.test(path)) continue;
    for (const { type, attributes } of inputs)
      for (const name of Object.keys(attributes.properties))
        for (const value of values) {
          const given = Object.fromEntries(Object.keys(attributes.properties).map((one) => [one, "x"]));
          const { status, body } = await t.api("POST", addressOf(path, e.ids), {
            headers: { "x-forwarded-for": from() },
            body: { data: { type, attributes: { ...given, [name]: value } } },
          });
          sent += 1;
          if (status >= 500)
            bad.push(`${path} ${name}=${JSON.stringify(value)?.slice(0, 20)}: ${JSON.stringify(body)}`);
        }
  }
  for (const { path } of routes.filter(({ path: one }) => one.startsWith("/oauth/")))
    for (const name of [
      "grant_type",
      "code",
      "refresh_token",
      "client_id",
      "client_secret",
      "token",
      "redirect_uri",
      "scope",
    ])
      for (const value of nonsense) {
        const given = { grant_type: "refresh_token", client_id: "x", token: "x", refresh_token: "x" };
        const headers = { "x-forwarded-for": from() };
        const sentBody = new URLSearchParams({ ...given, [name]: value });
        const { status } = await t.fetch(path, { method: "POST", headers, body: sentBody });
        sent += 1;
        if (status >= 500) bad.push(`${path} ${name}=${JSON.stringify(value.slice(0, 20))}: ${status}`);
      }
  expect(bad).toEqual([]);
  expect(sent).toBeGreaterThan(300);
});
