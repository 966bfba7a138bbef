import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { TableName } from "../src/platform/database/tables.ts";
import { moduleRoutes } from "../src/platform/http/module-routes.ts";
import { addressesOf } from "./access/variants.ts";
import { statedTables } from "./support/all-tables.ts";
import { addressOf, browserHeaders, type Everything, keyHeaders, makeEverything } from "./support/everything.ts";
import { browserOf, linkFor, makeStaff } from "./support/people.ts";
import { setUpTwoSteps } from "./support/second-step.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** A secret is shown once, when it is made, or never: no page, part, document or file holds one again. */

setDefaultTimeout(180_000);

let t: TestProgram;
let e: Everything;
/** By what they are: what somebody typed or was shown once, and what the database keeps in their place. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  t = await startTestProgram();
  const key = await t.harbor.key("administrator");
  secrets.set("an API key", key);
  const robin = await makeStaff(t.harbor, "administrator");
  const browser = await browserOf(t, robin);
  const factor = await setUpTwoSteps(t, browser);
  secrets.set("the key of an authenticator app", factor.secret.replaceAll(" ", ""));
  for (const [at, code] of factor.codes.entries()) secrets.set(`recovery code ${at}`, code);
  await browser.open("/settings/mail");
  const password = "brass-kettle-under-sail";
  const fields = {
    host: "smtp.example.com",
    port: "587",
    username: "post",
    security: "starttls",
    from_name: "Harbor IT",
    password,
    from_address: "desk@harbor.test",
  };
  const saved = await browser.submit("/settings/mail", fields);
  if (!saved.text.includes("Mail settings saved.")) throw new Error(saved.text);
  secrets.set("the mail server's password", password);
  const stripe = { secret_key: "sk_test_brass5kettle5under5sail", webhook_secret: "whsec_brass5kettle5under5sail" };
  await browser.open("/settings/payments");
  const paid = await browser.submit("/settings/payments", { ...stripe, publishable_key: "" });
  if (!paid.text.includes("Payment settings saved.")) throw new Error(paid.text);
  secrets.set("Stripe's key", stripe.secret_key);
  secrets.set("the secret of Stripe's hook", stripe.webhook_secret);
  const stranger = t.browser();
  await stranger.open("/forgot");
  await stranger.submit("/forgot", { email: robin.email });
  await t.settle();
  secrets.set("a link that chooses a password", (await linkFor(t.harbor, robin.email)).split("/").at(-1) ?? "");
  e = await makeEverything(t);
  const hook = await t.api("POST", `/api/v1/webhook-endpoints/${e.ids["webhooks"] ?? ""}/rotate-secret`, { key });
  secrets.set("the secret of a webhook", hook.body.data.attributes.secret as string);
  for (const { name, columns, isPlatform } of await statedTables()) {
    if (isPlatform) continue;
    const rows = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom(name as TableName)
        .selectAll()
        .execute(),
    );
    for (const [column, { isSecret, kind }] of Object.entries(columns))
      for (const row of rows as unknown as Record<string, unknown>[]) {
        const value = row[column];
        // Test people have "x" in place of a hash.
        if (isSecret && kind === "text" && typeof value === "string" && value.length > 8)
          secrets.set(`${name}.${column}`, value);
      }
  }
});
afterAll(() => t.close());

const inText = (text: string): string[] =>
  [...secrets].flatMap(([name, value]) => (text.includes(value) ? [name] : []));

test("there are secrets of many kinds, so that the next test has something to find", () => {
  expect(secrets.size).toBeGreaterThan(20);
  expect([...secrets.keys()]).toEqual(
    expect.arrayContaining(["users.password_hash", "sessions.token_hash", "payment_gateway_configs.config_sealed"]),
  );
});

test("none is on any page, in any part of one, document, file or export, whoever asks", async () => {
  const doors = {
    staff: await browserHeaders(t, await t.harbor.as("administrator")),
    client: await browserHeaders(t, e.client),
    key: await keyHeaders(t.harbor, "administrator"),
  };
  await t.app.journal.flush();
  const found: Record<string, string[]> = {};
  let looked = 0;
  for (const route of moduleRoutes(t.app.registry)) {
    if (route.method !== "GET" || route.path.endsWith("/live")) continue;
    const isClients = route.door === "portal" || route.path.startsWith("/api/v1/portal/");
    const own = isClients ? doors.client : route.door === "api" ? doors.key : doors.staff;
    for (const { path, headers } of addressesOf(t.app.registry, route, addressOf(route.path, e.ids))) {
      const answer = await t.fetch(path, { headers: { ...own, ...headers } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const isArchive = answer.headers.get("content-type") === "application/zstd";
      const text = Buffer.from(isArchive ? await Bun.zstdDecompress(bytes) : bytes).toString("latin1");
      looked += answer.status === 200 ? 1 : 0;
      const here = inText(text);
      if (here.length > 0) found[path] = here;
    }
  }
  expect(found).toEqual({});
  expect(looked).toBeGreaterThan(400);
});

test("none is sorted or filtered by, and none can be asked for by name", async () => {
  const key = await t.harbor.key("administrator");
  const open: string[] = [];
  for (const { path, type, table, permission } of t.app.registry.resources.values()) {
    if (permission === null) continue;
    const hidden = [
      "tenant_id",
      ...Object.keys(table.columns).filter((name) => table.columns[name]?.isSecret === true),
    ];
    for (const name of hidden)
      for (const query of [
        `sort=${name}`,
        `filter[${name}]=x`,
        `filter[${name}][like]=x`,
        `filter[${name}][gt]=x`,
        `fields[${type}]=${name}`,
        `include=${name}`,
      ]) {
        const { status } = await t.api("GET", `/api/v1/${path}?${query}`, { key });
        if (status !== 400 && status !== 404) open.push(`${path}?${query}: ${status}`);
      }
  }
  expect(open).toEqual([]);
});
