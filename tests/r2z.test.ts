import { test } from "bun:test";
import { makeEverything, addressOf, browserHeaders, keyHeaders, marker } from "./support/everything.ts";
import { startTestProgram } from "./support/program.ts";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
const none = "01a1fd4e-0000-7000-8000-000000000000";
test("x", async () => {
  const t = await startTestProgram();
  const e = await makeEverything(t);
  const rows: string[] = [];
  const actors: [string, Record<string,string>, typeof t.harbor, boolean][] = [];
  const page = async () => [
    ["nobody", {}, t.harbor], ["portal", await browserHeaders(t, e.otherClient), t.harbor],
    ["tech", await browserHeaders(t, await t.harbor.as("technician")), t.harbor], ["fin", await browserHeaders(t, await t.harbor.as("finance")), t.harbor], ["admin", await browserHeaders(t, await t.harbor.as("administrator")), t.harbor],
    ["mill", await browserHeaders(t, await t.mill.as("administrator")), t.mill], ["client", await browserHeaders(t, e.client), t.harbor],
  ] as [string, Record<string, string>, typeof t.harbor][];
  for (const r of moduleRoutes(t.app.registry)) {
    const out: string[] = [];
    for (const [name, headers, tenant] of await page()) {
      const real = addressOf(r.path, e.ids), fake = r.path.replace(/:(\w+_)?id\b/g, none).replace(/:\w+/g, "up");
      const change = r.method !== "GET";
      const may = ["tech", "fin", "admin", "client"].includes(name);
      const path = may && change ? fake : real;
      const res = await t.fetch(path, { method: r.method, headers: { ...headers, ...(change && r.method !== "DELETE" ? { "content-type": r.door === "api" || r.door === "hook" ? "application/json" : "application/x-www-form-urlencoded" } : {}) }, ...(change && r.method !== "DELETE" ? { body: r.door === "api" ? "[]" : "no_such_field=1" } : {}) }, tenant);
      const text = await res.text();
      const loc = res.headers.get("location") ?? "";
      const leak = (name === "portal" || name === "mill" || name === "nobody") && text.includes(marker) ? "!LEAK" : "";
      out.push(`${res.status}${loc.includes("sign-in") ? "s" : ""}${leak}`);
    }
    rows.push(`${r.method.padEnd(6)} ${r.path.padEnd(62)} ${r.permission ?? "-"} | ${out.join(" ")}`);
  }
  await Bun.write("tmp/r2/access.txt", rows.join("\n"));
}, 600000);
