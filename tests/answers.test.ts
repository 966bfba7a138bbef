import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import type { Route } from "../src/platform/http/route.ts";
import {
  addressOf,
  browserHeaders,
  type Everything,
  type Headers,
  keyHeaders,
  makeEverything,
} from "./support/everything.ts";
import { addressesOf } from "./access/variants.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** What every answer carries that holds something of somebody: for browsers, for caches on the way, for spreadsheets. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
let routes: Route[];
let doors: { staff: Headers; client: Headers; key: Headers };

const formulas = ["=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd", "@SUM(1+1)", "\tTAB", '=HYPERLINK("http://evil.example")'];

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
  routes = moduleRoutes(t.app.registry);
  doors = {
    staff: await browserHeaders(t, await t.harbor.as("administrator")),
    client: await browserHeaders(t, e.client),
    key: await keyHeaders(t.harbor, "administrator"),
  };
});
afterAll(() => t.close());

const isOfClients = ({ door, path }: Route): boolean => door === "portal" || path.startsWith("/api/v1/portal/");
const headersFor = (route: Route): Headers =>
  isOfClients(route) ? doors.client : route.door === "api" ? doors.key : doors.staff;

describe("whatever somebody who is signed in gets to see", () => {
  test("is kept by no cache, sniffed by no browser, framed by no site, and told to no other one", async () => {
    const wrong: Record<string, string[]> = {};
    for (const route of routes.filter(({ method, path }) => method === "GET" && path !== "/live")) {
      if (route.path.startsWith("/brand") || route.path === "/api/v1/openapi.json") continue;
      for (const { path, headers } of addressesOf(t.app.registry, route, addressOf(route.path, e.ids))) {
        const answer = await t.fetch(path, { headers: { ...headersFor(route), ...headers } });
        await answer.body?.cancel();
        const get = (name: string): string => answer.headers.get(name) ?? "";
        const policy = get("content-security-policy");
        const problems = [
          ...(/\bno-store\b/.test(get("cache-control")) ? [] : [`cache-control: ${get("cache-control")}`]),
          ...(get("x-content-type-options") === "nosniff" ? [] : ["sniffed"]),
          ...(/frame-ancestors 'none'|sandbox/.test(policy) ? [] : ["framed"]),
          ...(/unsafe|\*/.test(policy) ? [policy] : []),
          ...(get("referrer-policy") === "same-origin" ? [] : ["referrer"]),
          ...(get("access-control-allow-origin") === "" ? [] : ["other origins"]),
        ];
        for (const problem of problems) (wrong[problem] ??= []).push(path.replaceAll(/[0-9a-f-]{36}/g, "ID"));
      }
    }
    expect(wrong).toEqual({});
  });
});

describe("a table that goes out as a file", () => {
  /** Records of every kind that strangers can name, called by what spreadsheets would run. */
  async function makeFormulas(): Promise<void> {
    const key = await t.harbor.key("administrator");
    const make = async (path: string, type: string, attributes: object): Promise<void> => {
      const answer = await t.api("POST", `/api/v1/${path}`, {
        key,
        headers: { "user-agent": formulas[0] ?? "" },
        body: { data: { type, attributes } },
      });
      if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    };
    for (const [at, text] of formulas.entries()) {
      await make("companies", "companies", { name: text });
      await make("contacts", "contacts", { company_id: e.ids["companies"], first_name: text, last_name: text });
      await make("tickets", "tickets", { company_id: e.ids["companies"], title: text });
      await make("tags", "tags", { name: `${text.trim()} ${at}` });
      await make("time-entries", "time_entries", {
        company_id: e.ids["companies"],
        work_type_id: e.ids["work-types"],
        date: "2026-11-03",
        duration_minutes: 30,
        notes: text,
      });
      await make("contracts", "contracts", {
        company_id: e.ids["companies"],
        name: text,
        contract_type: "managed_services",
        start_date: "2026-01-01",
        billing_cycle: "monthly",
      });
      const lines = [{ line_type: "service", description: text, quantity: "1", unit_price: "1.00" }];
      await make("invoices", "invoices", { company_id: e.ids["companies"], lines });
    }
    await t.app.journal.flush();
  }

  /** The cells of a file, read as a spreadsheet does (RFC 4180; by comma or semicolon). */
  function cellsOf(text: string): string[] {
    const cells: string[] = [];
    const head = text.split("\n", 1)[0] ?? "";
    const delimiter = head.split(";").length > head.split(",").length ? ";" : ",";
    const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\r\\n${delimiter}]*))(?:${delimiter}|\\r?\\n|$)`, "gy");
    const plain = text.replace(/^\uFEFF/, "");
    while (pattern.lastIndex < plain.length) {
      const match = pattern.exec(plain);
      if (match === null) break;
      cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    }
    return cells;
  }

  test("holds no cell that a spreadsheet would run, by whichever way it goes out", async () => {
    await makeFormulas();
    const files: { path: string; headers: Headers }[] = [
      ...[...t.app.registry.lists.keys()].map((list) => ({
        path: `/lists/export?list=${encodeURIComponent(list)}`,
        headers: doors.staff,
      })),
      ...routes
        .filter(({ method, doc }) => method === "GET" && doc?.file === "text/csv")
        .map(({ path }) => ({ path: addressOf(path, e.ids), headers: { ...doors.key, accept: "text/csv" } })),
      ...routes
        .filter(({ method, path, door }) => method === "GET" && door === "portal" && path.endsWith("/export"))
        .map(({ path }) => ({ path, headers: doors.client })),
      ...routes
        .filter(({ method, path }) => method === "GET" && path.endsWith(".csv"))
        .map(({ path }) => ({ path, headers: doors.staff })),
    ];
    let guarded = 0;
    const bad: string[] = [];
    for (const { path, headers } of files) {
      const answer = await t.fetch(path, { headers });
      const text = await answer.text();
      if (answer.status === 404 && path.startsWith("/lists/export")) continue;
      expect({ path, status: answer.status, type: answer.headers.get("content-type")?.split(";")[0] }).toEqual({
        path,
        status: 200,
        type: "text/csv",
      });
      expect({ path, disposition: answer.headers.get("content-disposition")?.split(";")[0] }).toEqual({
        path,
        disposition: "attachment",
      });
      for (const cell of cellsOf(text)) {
        if (/^'[=+\-@\t]/.test(cell)) guarded += 1;
        if (/^\s*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell))
          bad.push(`${path}: ${cell}`);
      }
    }
    expect(bad).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
    expect(guarded).toBeGreaterThan(20);
  });
});

describe("a file of a stranger", () => {
  const polyglots = [
    ["x.svg", "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ["x.html", "text/html", "<script>alert(1)</script>"],
    ["x.gif", "image/gif", "GIF89a/*<script>*/=alert(1)//</script>"],
    ["x.png", "image/png", "\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"],
    ["x.pdf", "application/pdf", "%PDF-1.4 <script>app.alert(1)</script>"],
    ['../../"x\r\nSet-Cookie: a=b.html', "text/html\r\nX-Evil: 1", "<script>alert(1)</script>"],
  ] as const;

  test("on a company is saved and never shown, and its name stays inside of the header", async () => {
    for (const [name, type, text] of polyglots) {
      const made = await t.api("POST", `/api/v1/companies/${e.ids["companies"] ?? ""}/attachments`, {
        headers: doors.key,
        body: {
          data: {
            type: "record_attachments",
            attributes: { file_name: name, mime_type: type, content: Buffer.from(text, "latin1").toString("base64") },
          },
        },
      });
      const other =
        made.status === 201
          ? made
          : await t.api("POST", `/api/v1/companies/${e.ids["companies"] ?? ""}/attachments`, {
              headers: doors.key,
              body: {
                data: {
                  type: "ticket_attachments",
                  attributes: {
                    file_name: name,
                    mime_type: type,
                    content: Buffer.from(text, "latin1").toString("base64"),
                  },
                },
              },
            });
      if (other.status === 422) continue;
      expect([name, other.status]).toEqual([name, 201]);
      const id = other.body.data.id as string;
      for (const [path, headers] of [
        [`/record-attachments/${id}`, doors.staff],
        [`/api/v1/record-attachments/${id}/content`, doors.key],
      ] as const) {
        const answer = await t.fetch(path, { headers });
        const get = (header: string): string => answer.headers.get(header) ?? "";
        expect({
          path,
          status: answer.status,
          type: get("content-type"),
          sniff: get("x-content-type-options"),
        }).toEqual({
          path,
          status: 200,
          type: "application/octet-stream",
          sniff: "nosniff",
        });
        expect(get("content-disposition")).toMatch(/^attachment; filename="[^"\r\n/\\]*"; filename\*=UTF-8''[^\s/"]*$/);
        expect(get("content-security-policy")).toContain("sandbox");
        expect([get("set-cookie"), get("x-evil")]).toEqual(["", ""]);
      }
    }
  });

  test("that is no picture is no logo, whatever it calls itself; and one that is, is never served as anything else", async () => {
    for (const [name, type, text] of polyglots) {
      const form = new FormData();
      form.set("name", "Harbor IT");
      form.set(
        "logo",
        new File([Buffer.from(text, "latin1")], name.replaceAll(/[\r\n]/g, ""), {
          type: type.replaceAll(/[\r\n].*/g, ""),
        }),
      );
      const answer = await t.fetch("/settings/organization", { method: "POST", headers: doors.staff, body: form });
      const isPng = text.startsWith("\x89PNG");
      if (!isPng) expect({ name, status: answer.status }).toEqual({ name, status: 422 });
    }
    const logo = await t.fetch("/brand/logo");
    if (logo.status === 200)
      expect([logo.headers.get("content-type"), logo.headers.get("x-content-type-options")]).toEqual([
        "image/png",
        "nosniff",
      ]);
  });
});

describe("a change that a foreign page sends", () => {
  test("in any form that browsers send without asking is refused, on every page and with a cookie over the API", async () => {
    const { "x-csrf-token": _own, ...staff } = doors.staff;
    const { "x-csrf-token": _theirs, ...client } = doors.client;
    const forms: [string, () => { headers: Record<string, string>; body: NonNullable<RequestInit["body"]> }][] = [
      ["a form", () => ({ headers: {}, body: new URLSearchParams({ name: "x" }) })],
      [
        "a form in parts",
        () => {
          const body = new FormData();
          body.set("name", "x");
          return { headers: {}, body };
        },
      ],
      [
        "a plain text that is JSON",
        () => ({ headers: { "content-type": "text/plain" }, body: '{"data":{"type":"x"}}' }),
      ],
      ["nothing", () => ({ headers: {}, body: "" })],
      [
        "a form from elsewhere with a token",
        () => ({
          headers: { origin: "https://evil.example", "x-csrf-token": doors.staff["x-csrf-token"] ?? "" },
          body: new URLSearchParams({ name: "x" }),
        }),
      ],
    ];
    const open: string[] = [];
    for (const route of routes.filter(({ method, door }) => method !== "GET" && door !== "hook")) {
      for (const [name, make] of forms) {
        const { headers, body } = make();
        const answer = await t.fetch(addressOf(route.path, e.ids), {
          method: route.method,
          headers: { ...(isOfClients(route) ? client : staff), ...headers },
          ...(route.method === "DELETE" ? {} : { body }),
        });
        await answer.body?.cancel();
        if (answer.status !== 403) open.push(`${route.method} ${route.path}: ${name}: ${answer.status}`);
      }
    }
    expect(open).toEqual([]);
  });
});
