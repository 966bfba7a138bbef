import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { operatorHost, type OperatorHost, tenantDocument } from "../../../tests/support/operators.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit } from "../../platform/context.ts";
import { runDueJobs } from "../../platform/jobs/jobs.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { dispatchEvents } from "../../platform/events/dispatcher.ts";
import { tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { optionalModules } from "../../platform/switches.ts";
import { holdsProof, isClaimable, normalHost, urlAt } from "./rules.ts";

let t: TestProgram;
let host: OperatorHost;

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
});
afterAll(() => t.close());

const make = async (name: string, domain: string, more: Record<string, unknown> = {}) =>
  host.api("POST", "/tenants", tenantDocument({ name, domain, ...more }));

describe("a host name", () => {
  test("is kept in lower case and ASCII, without a dot at the end", () => {
    expect(normalHost("Desk.Example.COM.")).toBe("desk.example.com");
    expect(normalHost("büro.example")).toBe("xn--bro-hoa.example");
    for (const wrong of ["", "a b", "desk/x", "desk:80", "user@desk", "-x.example", "a..b", "exa_mple.com"])
      expect({ wrong, host: normalHost(wrong) }).toEqual({ wrong, host: null });
  });

  test("can be claimed by an organization only if it is a name in public DNS", () => {
    expect(isClaimable("desk.example.com")).toBe(true);
    for (const host of ["localhost", "127.0.0.1", "desk.local", "admin.internal"])
      expect({ host, can: isClaimable(host) }).toEqual({ host, can: false });
  });

  test("is proved by a TXT record, in as many pieces as DNS makes of it", () => {
    expect(holdsProof([["other"], ["purser-verif", "ication=abc"]], "abc")).toBe(true);
    expect(holdsProof([["purser-verification=abd"]], "abc")).toBe(false);
  });

  test("keeps scheme and port of the present address", () => {
    expect(urlAt("new.example", "http://old.example:8080")).toBe("http://new.example:8080");
    expect(urlAt("new.example", "nothing")).toBe("https://new.example");
  });
});

describe("provisioning", () => {
  test("makes an organization with its domain, locale, limits and a link that makes the first administrator", async () => {
    const made = await make("Quay IT", "Quay.Example", { timezone: "Europe/Berlin", currency: "EUR", staff_limit: 3 });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({
      name: "Quay IT",
      state: "active",
      staff_limit: 3,
      domains: [{ domain: "quay.example", is_primary: true }],
    });
    expect(made.body.meta.setup_url).toStartWith("http://quay.example/setup/start/pu_");
    expect(JSON.stringify(made.body.data)).not.toContain("key_id");
    const own = await t.app.database.read(made.body.data.id, (db) =>
      db.selectFrom("organizations").select(["name", "timezone", "currency"]).executeTakeFirstOrThrow(),
    );
    expect(own).toEqual({ name: "Quay IT", timezone: "Europe/Berlin", currency: "EUR" });
  });

  test("takes an address without a path, as a browser says it, and no other: links begin with it", async () => {
    for (const url of [
      "http://bay.example/desk",
      "http://bay.example/?x",
      "http://bay.example/#y",
      "http://a:b@bay.example",
    ]) {
      const wrong = await make("Bay IT", "bay.example", { url: `${url}z` });
      expect([url, wrong.status, wrong.body.errors?.[0].source.pointer]).toEqual([url, 422, "/data/attributes/url"]);
    }
    const made = await make("Bay IT", "bay.example", { url: "Https://Bay.example/" });
    expect(made.body.meta.setup_url).toStartWith("https://bay.example/setup/start/pu_");
  });

  test("asked again for the same makes nothing twice; another name for the same domain is refused", async () => {
    const first = await make("Pier IT", "pier.example");
    const again = await make("Pier IT", "pier.example");
    expect([again.status, again.body.data.id]).toEqual([200, first.body.data.id]);
    const other = await make("Somebody", "pier.example");
    expect([other.status, other.body.errors[0].code]).toEqual([409, "duplicate"]);
  });

  test("two at the same moment for one domain make one organization", async () => {
    const answers = await Promise.all([make("Twin IT", "twin.example"), make("Twin IT", "twin.example")]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const { body } = await host.api("GET", "/tenants?filter[name]=Twin%20IT");
    expect(body.data).toHaveLength(1);
  });

  test("says what is wrong, by field", async () => {
    const wrong = await make("", "not a host", { currency: "euro" });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((one: { source: { pointer: string } }) => one.source.pointer)).toContain(
      "/data/attributes/name",
    );
    const reserved = await make("Thief", "admin.test");
    expect([reserved.status, reserved.body.errors[0].code]).toEqual([422, "reserved"]);
  });

  test("is a page as well, which shows the link once", async () => {
    const olga = await host.browser();
    await olga.open("/tenants/new");
    const done = await olga.submit("/tenants/new", { name: "Mole IT", domain: "mole.example" });
    expect(done.html).toContain("http://mole.example/setup/start/pu_");
    expect((await olga.open("/tenants?q=mole")).text).toContain("Mole IT");
    expect((await olga.open("/tenants?q=nobody-has-this")).text).not.toContain("Mole IT");
  });
});

describe("a setup link", () => {
  test("is offered where it works; elsewhere the page says why there is none", async () => {
    const olga = await host.browser();
    const { id } = (await make("Slip IT", "slip.example")).body.data;
    const offered = async (of: string): Promise<[boolean, string]> => {
      const { html, text } = await olga.open(`/tenants/${of}`);
      return [html.includes(`/tenants/${of}/setup-link`), text];
    };
    expect(await offered(id)).toEqual([true, expect.stringContaining("None yet")]);
    const made = await olga.submit(`/tenants/${id}/setup-link`);
    expect(made.html).toContain("http://slip.example/setup/start/pu_");
    await olga.open(`/tenants/${id}`);
    await host.api("POST", `/tenants/${id}/suspend`, tenantDocument({ reason: "unpaid" }));
    // From a page that was opened before.
    const late = await olga.submit(`/tenants/${id}/setup-link`);
    expect([late.html.includes("pu_"), late.text.includes("Activate it first.")]).toEqual([false, true]);
    expect(await offered(id)).toEqual([false, expect.stringContaining("Activate it first.")]);
    expect((await make("Slip IT", "slip.example")).body.meta.setup_url).toBeNull();
    expect(await offered(t.mill.id)).toEqual([false, expect.stringContaining("has an administrator already")]);
  });
});

describe("the log", () => {
  test("opens entry by entry, with all that was written down", async () => {
    const { id } = (await make("Mast IT", "mast.example")).body.data;
    const reason = "The bill of September is open, and nobody answers. ".repeat(8).trim();
    await host.api("POST", `/tenants/${id}/suspend`, tenantDocument({ reason }));
    const olga = await host.browser();
    const list = await olga.open("/log?q=mast");
    const [, path = ""] = /href="(\/log\/[0-9a-f-]{36})"/.exec(list.html.replaceAll("&#x2F;", "/")) ?? [];
    const entry = await olga.open(path);
    expect(entry.text).toContain("Suspended the organization");
    expect(entry.text).toContain(reason);
    expect(entry.html).toContain(`/tenants/${id}`);
    expect((await olga.open(`/log/${t.mill.id}`)).status).toBe(404);
  });
});

describe("the operators' API", () => {
  test("lists, filters, sorts and pages organizations", async () => {
    const { status, body } = await host.api("GET", "/tenants?sort=-name&page[size]=1");
    expect([status, body.data.length, body.links.next !== null]).toEqual([200, 1, true]);
    const none = await host.api("GET", "/tenants?filter[name]=Nobody");
    expect([none.status, none.body.data]).toEqual([200, []]);
  });

  test("changes what is sent, holds the version, and refuses what it does not know", async () => {
    const { id } = (await make("Dock IT", "dock.example")).body.data;
    const changed = await host.api("PATCH", `/tenants/${id}`, tenantDocument({ plan: "gold", notes: "VIP" }, id));
    expect(changed.body.data.attributes).toMatchObject({ plan: "gold", notes: "VIP", name: "Dock IT" });
    const unknown = await host.api("PUT", `/tenants/${id}`, tenantDocument({ suspended_at: null }, id));
    expect([unknown.status, unknown.body.errors[0].code]).toEqual([422, "unknown_field"]);
    const patch = async (version: number, attributes: Record<string, unknown>): Promise<number> => {
      const answer = await host.fetch(`/api/v1/tenants/${id}`, {
        method: "PATCH",
        headers: {
          authorization: `Bearer ${host.operator.key}`,
          "content-type": "application/vnd.api+json",
          "if-match": `"${version}"`,
        },
        body: JSON.stringify(tenantDocument(attributes, id)),
      });
      return answer.status;
    };
    expect(await patch(1, { plan: "iron" })).toBe(412);
    // Of changes at the same moment one has seen what it changes.
    const all = await Promise.all(["One", "Two", "Three", "Four"].map((notes) => patch(2, { notes })));
    expect(all.toSorted()).toEqual([200, 412, 412, 412]);
    const modules = await host.api("PATCH", `/tenants/${id}`, tenantDocument({ allowed_modules: ["nothing"] }, id));
    expect(modules.status).toBe(422);
  });

  test("describes itself, to whoever asks", async () => {
    const root = await host.api("GET", "", undefined, null);
    expect([root.status, root.body.links.describedby]).toEqual([200, "/api/v1/openapi.json"]);
    const { status, body } = await host.api("GET", "/openapi.json", undefined, null);
    expect([status, body.openapi, body.info.title]).toEqual([200, "3.1.0", "Purser API for operators"]);
    expect(Object.keys(body.paths)).toContain("/api/v1/tenants/{id}/suspend");
    expect(Object.keys(body.paths)).not.toContain("/api/v1/tickets");
  });

  test("says which modules an organization may switch on, on the page as well", async () => {
    const olga = await host.browser();
    const names = optionalModules(t.app.registry).map(({ name }) => name);
    const allowed = () =>
      t.app.database.platform((db) =>
        db.selectFrom("tenants").select("allowed_modules").where("id", "=", t.mill.id).executeTakeFirstOrThrow(),
      );
    await olga.open(`/tenants/${t.mill.id}/edit`);
    await olga.submit(`/tenants/${t.mill.id}/edit`, { allowed_modules: names.slice(1) });
    expect(await allowed()).toEqual({ allowed_modules: names.slice(1) });
    await olga.open(`/tenants/${t.mill.id}/edit`);
    await olga.submit(`/tenants/${t.mill.id}/edit`, { allowed_modules: names });
    expect(await allowed()).toEqual({ allowed_modules: null });
  });

  test("writes down who did what to whom", async () => {
    const { body } = await host.api("GET", "/operator-log?filter[doing]=tenants.create&sort=-timestamp");
    expect(body.data[0].attributes.operator_name).toContain("Olga Reyes");
    expect(
      body.data.some((one: { attributes: { about_name: string } }) => one.attributes.about_name === "Quay IT"),
    ).toBe(true);
  });
});

describe("a suspended organization", () => {
  const suspend = (id: string, message = "The bill is open. Call 555 0100.") =>
    host.api("POST", `/tenants/${id}/suspend`, tenantDocument({ reason: "unpaid", message }));
  const activate = (id: string) => host.api("POST", `/tenants/${id}/activate`);

  test("keeps the lines of what its people are told, for them and for the operator", async () => {
    await suspend(t.harbor.id, "The bill is open.\n\nCall 555 0100.");
    const page = await t.browser().open("/sign-in");
    expect(page.html).toContain('<p class="lead">The bill is open.\n\nCall 555 0100.</p>');
    const shown = await (await host.browser()).open(`/tenants/${t.harbor.id}`);
    expect(shown.html).toMatch(
      /Its people are told<\/h2><\/header><p class="section-text">The bill is open\.\n\nCall 555 0100\.<\/p>/,
    );
    await activate(t.harbor.id);
  });

  test("answers everybody with one page, the API with a code, and services with a time to come back", async () => {
    const robin = await makeStaff(t.harbor, "administrator");
    const browser = await browserOf(t, robin);
    const key = await t.harbor.key("administrator");
    expect((await suspend(t.harbor.id)).body.data.attributes).toMatchObject({ state: "suspended" });

    for (const path of ["/", "/tickets", "/sign-in", "/portal", "/portal/sign-in", "/no/such/page"]) {
      const page = await browser.open(path);
      expect({ path, status: page.status }).toEqual({ path, status: 503 });
      expect(page.text).toContain("Harbor IT is suspended");
      expect(page.text).toContain("Call 555 0100");
      expect(page.text).not.toContain("unpaid");
      expect(page.text).not.toContain("Robin Vale");
    }
    const api = await t.api("GET", "/api/v1/tickets", { key });
    expect([api.status, api.body.errors[0].code]).toEqual([503, "suspended"]);
    expect(api.headers.get("retry-after")).toBe("3600");
    const hook = await t.fetch("/webhooks/stripe/nothing", { method: "POST", body: "{}" });
    expect(hook.status).toBe(503);
    const part = await t.fetch("/tickets", { headers: { "hx-request": "true" } });
    expect([part.status, part.headers.get("hx-refresh")]).toEqual([503, "true"]);

    // The other organization does not notice.
    expect(
      (await t.api("GET", "/api/v1/tickets", { key: await t.mill.key("administrator"), tenant: t.mill })).status,
    ).toBe(200);

    expect((await activate(t.harbor.id)).status).toBe(200);
    // The session and the key are good again, without signing in.
    expect((await browser.open("/tickets")).status).toBe(200);
    expect((await t.api("GET", "/api/v1/tickets", { key })).status).toBe(200);
  });

  test("has no live stream any more, at once", async () => {
    const stream = await t.fetch("/live?topics=tickets", {
      headers: await browserHeaders(t, await t.harbor.as("manager")),
    });
    const reader = stream.body?.getReader();
    await reader?.read();
    await suspend(t.harbor.id);
    expect((await reader?.read())?.done).toBe(true);
    await activate(t.harbor.id);
  });

  test("is told twice or not at all: a conflict", async () => {
    expect((await activate(t.harbor.id)).status).toBe(409);
    await suspend(t.harbor.id);
    expect((await suspend(t.harbor.id)).status).toBe(409);
    await activate(t.harbor.id);
  });

  test("rests: no event is handed out, no job begins, no round visits it; what waited is done afterwards", async () => {
    await inUnit(t.harbor.system, (work) =>
      queueMail(work, {
        to: { address: "dana@client.test", name: "Dana" },
        subject: "Later",
        text: "Later",
        html: null,
        about: { type: "organizations", id: t.harbor.id },
        dedupe_key: "later",
      }),
    );
    await suspend(t.harbor.id);
    expect((await tenantsWithWork(t.app, [t.harbor.id])).map(({ id }) => id)).not.toContain(t.harbor.id);
    t.clock.advance(2 * 86_400_000);
    const runs = () =>
      t.app.database.read(t.harbor.id, (db) =>
        db.selectFrom("job_runs").select("last_started_at").where("last_started_at", "is not", null).execute(),
      );
    const before = await runs();
    await runDueJobs(t.app, t.harbor.tenant);
    await runDueJobs(t.app, t.harbor.tenant);
    expect(await runs()).toEqual(before);
    await activate(t.harbor.id);
    expect((await tenantsWithWork(t.app, [])).map(({ id }) => id)).toContain(t.harbor.id);
  });

  test("gives nothing to do to whoever was at it, so that nobody asks for more for ever", async () => {
    const key = await t.harbor.key("administrator");
    const send = (path: string, type: string, attributes: object) =>
      t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
    const { id } = (
      await send("webhook-endpoints", "webhook_endpoints", { url: "https://hooks.example/", is_all_events: true })
    ).body.data;
    await send(`webhook-endpoints/${id}/ping`, "webhook_endpoints", {});
    await send("companies", "companies", { name: "Oak Dental" });
    await suspend(t.harbor.id);
    expect(await dispatchEvents(t.app, t.harbor.tenant)).toBe(0);
    const [webhooks] = t.app.registry.senders;
    expect([webhooks?.name, await webhooks?.sendDue(t.app, t.harbor.tenant, () => false)]).toEqual(["webhooks", 0]);
    const waiting = () =>
      t.app.database.read(t.harbor.id, async (db) => [
        await db.selectFrom("event_deliveries").select("handler").where("succeeded_at", "is", null).execute(),
        await db.selectFrom("webhook_deliveries").select("attempts").execute(),
      ]);
    expect(await waiting()).toEqual([expect.arrayContaining([{ handler: "webhooks.queue" }]), [{ attempts: 0 }]]);
    await activate(t.harbor.id);
    expect(await dispatchEvents(t.app, t.harbor.tenant)).toBeGreaterThan(0);
  });

  test("is not there before the unit of work that runs has come to its end, and nothing starts after it", async () => {
    const order: string[] = [];
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const working = inUnit(t.harbor.system, async () => {
      entered.resolve();
      await release.promise;
      order.push("work");
    });
    await entered.promise;
    const suspending = suspend(t.harbor.id).then(() => order.push("suspended"));
    release.resolve();
    await Promise.all([working, suspending]);
    expect(order).toEqual(["work", "suspended"]);
    await activate(t.harbor.id);
  });
});
