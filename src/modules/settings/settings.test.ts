import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { startSmtpServer, type TestSmtpServer } from "../../../tests/support/smtp.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { reading, inUnit } from "../../platform/context.ts";
import { newId } from "../../platform/ids.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { sendDueMails } from "../../platform/mail/sender.ts";

let t: TestProgram;
let smtp: TestSmtpServer;
let admin: Person;
let browser: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  smtp = await startSmtpServer({ login: { user: "purser", password: "kept secret" } });
  admin = await makeStaff(t.harbor, "administrator");
  browser = await browserOf(t, admin);
});
afterAll(async () => {
  await smtp.stop();
  await t.close();
});

const organization = () =>
  reading(t.harbor.system, ({ db }) => db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow());
const server = () => ({
  host: smtp.host,
  port: String(smtp.port),
  security: "none",
  username: "purser",
  password: "kept secret",
  from_name: "Harbor IT",
  from_address: "desk@harbor.test",
});

describe("the organization's settings", () => {
  test("take a number for invoices only in a form that can be filled in", async () => {
    const before = await organization();
    await browser.open("/settings/invoicing");
    const refused = await browser.submit("/settings/invoicing", { invoice_prefix: "INV-{day}-" });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("other braces are not known");
    expect((await organization()).invoice_prefix).toBe(before.invoice_prefix);
    expect((await browser.submit("/settings/invoicing", { invoice_prefix: "RE-{year}-" })).status).toBe(200);
    expect((await organization()).invoice_prefix).toBe("RE-{year}-");
  });

  test("are changed on their pages, and who changed what is written down", async () => {
    await browser.open("/settings/organization");
    expect(
      (
        await browser.submit("/settings/organization", {
          name: "Harbor GmbH",
          tax_id: "DE 123",
          "address.line1": "Kai 1",
        })
      ).text,
    ).toContain("Settings saved.");
    expect(await organization()).toMatchObject({ name: "Harbor GmbH", tax_id: "DE 123", address: { line1: "Kai 1" } });
    const entry = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["user_id", "old_values", "new_values"])
        .where("entity_type", "=", "organizations")
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirstOrThrow(),
    );
    expect(entry).toMatchObject({
      user_id: admin.id,
      old_values: { name: "Harbor IT" },
      new_values: { name: "Harbor GmbH" },
    });
  });

  test("are not overwritten by somebody who saw them as they were before", async () => {
    const other = await browserOf(t, admin);
    await browser.open("/settings/invoicing");
    await other.open("/settings/invoicing");
    await browser.submit("/settings/invoicing", { invoice_footer: "Thank you" });
    const late = await other.submit("/settings/invoicing", { invoice_footer: "Merci" });
    expect([late.status, late.html.includes("Merci")]).toEqual([412, true]);
    expect((await organization()).invoice_footer).toBe("Thank you");
  });

  test("refuse what is wrong on the field, and change nothing", async () => {
    for (const [path, values] of [
      ["/settings/organization", { name: "   " }],
      ["/settings/organization", { email: "no address" }],
      ["/settings/address", { public_url: "javascript:alert(1)" }],
      ["/settings/address", { public_url: "https://desk.example.com/path?x=1" }],
      ["/settings/address", { public_url: "https://harbor.test@desk.example.com" }],
      ["/settings/locale", { currency: "XXXX" }],
    ] as const) {
      await browser.open(path);
      const page = await browser.submit(path, values);
      expect({ path, status: page.status }).toEqual({ path, status: 422 });
    }
    expect(await organization()).toMatchObject({ name: "Harbor GmbH", email: null, currency: "USD" });
  });

  test("take https from a page that came over it, and go on there; from http it would shut everybody out", async () => {
    const { public_url } = await organization();
    await browser.open("/settings/address");
    const refused = await browser.submit(
      "/settings/address",
      { public_url: "https://harbor.test" },
      { origin: "http://harbor.test" },
    );
    expect([refused.status, refused.text.includes("Open Purser at https://harbor.test first")]).toEqual([422, true]);
    expect(await organization()).toMatchObject({ public_url });
    const saved = await browser.submit(
      "/settings/address",
      { public_url: "https://harbor.test" },
      { origin: "https://harbor.test" },
    );
    expect([saved.status, saved.url, browser.cookies.has("__Host-purser")]).toEqual([200, "/settings/address", true]);
    // A browser keeps no secure cookie of a page that came over http.
    const plain = await t.browser().post("/sign-in", {}, { origin: "http://harbor.test" });
    expect([plain.status, plain.text.includes("Open https://harbor.test instead.")]).toEqual([403, true]);
    await browser.submit("/settings/address", { public_url: "http://harbor.test" }, { origin: "https://harbor.test" });
    expect((await browser.open("/settings/address")).status).toBe(200);
  });

  test("keep the public address as a browser says it, however it is written: cookies follow https in any letters", async () => {
    const key = await t.harbor.key("administrator");
    const say = async (public_url: string): Promise<string> => {
      const body = { data: { type: "organizations", attributes: { public_url } } };
      const answer = await t.api("PATCH", "/api/v1/organization", {
        key,
        body,
        headers: { "x-forwarded-proto": "https" },
      });
      return answer.body.data.attributes.public_url;
    };
    for (const written of [
      "Https://Harbor.test",
      "HTTPS://harbor.test/",
      "https://harbor.test#",
      "https://harbor.test/?",
    ])
      expect([written, await say(written)]).toEqual([written, "https://harbor.test"]);
    const headers = (await t.fetch("/sign-in")).headers;
    expect([headers.has("strict-transport-security"), headers.get("set-cookie")?.includes("; Secure")]).toEqual([
      true,
      true,
    ]);
    await say("http://harbor.test");
  });

  test("take https over the API, too, only from a request that came over it", async () => {
    const key = await t.harbor.key("administrator");
    const say = async (headers: Record<string, string>): Promise<unknown[]> => {
      const body = { data: { type: "organizations", attributes: { public_url: "https://harbor.test" } } };
      const { status, body: said } = await t.api("PATCH", "/api/v1/organization", { key, body, headers });
      return [
        status,
        said.errors?.[0].source.pointer,
        JSON.stringify(said).includes("Open Purser at https://harbor.test"),
      ];
    };
    const refused = [422, "/data/attributes/public_url", true];
    expect(await say({})).toEqual(refused);
    expect(await say({ "x-forwarded-proto": "http" })).toEqual(refused);
    expect(await say({ origin: "https://elsewhere.test" })).toEqual(refused);
    expect(await say({ "x-forwarded-proto": "https" })).toEqual([200, undefined, false]);
    // Back again, nobody is shut out.
    const body = { data: { type: "organizations", attributes: { public_url: "http://harbor.test" } } };
    expect((await t.api("PATCH", "/api/v1/organization", { key, body })).status).toBe(200);
  });

  test("take as public address, where others share the program, only a host name of one's own", async () => {
    const key = await t.harbor.key("administrator");
    const headers = { "x-forwarded-proto": "https" };
    const say = async (public_url: string | null): Promise<number> => {
      const body = { data: { type: "organizations", attributes: { public_url } } };
      return (await t.api("PATCH", "/api/v1/organization", { key, body, headers })).status;
    };
    const isShared = t.app.edition === "multi";
    for (const other of ["http://mill.test", "http://admin.test", "https://desk.example.com", null])
      expect([other, await say(other)]).toEqual([other, isShared ? 422 : 200]);
    for (const own of ["https://harbor.test", "https://harbor.test:8443/", "http://harbor.test"])
      expect([own, await say(own)]).toEqual([own, 200]);
    const issuer = await t.fetch("/.well-known/oauth-authorization-server");
    expect(await issuer.json()).toMatchObject({ issuer: "http://harbor.test" });
  });

  test("take a logo that is a picture, whatever it is called, and nothing else", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const before = await organization();
    const send = async (bytes: Uint8Array<ArrayBuffer>, name: string, called = "Harbor GmbH"): Promise<Response> => {
      const page = await browser.open("/settings/organization");
      const form = new FormData();
      form.set("_csrf", /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "");
      form.set("name", called);
      form.set("logo", new File([bytes], name, { type: "image/png" }));
      const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join("; ");
      return t.fetch("/settings/organization", { method: "POST", headers: { cookie }, body: form });
    };
    for (const text of [
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      "<html><script>alert(1)</script></html>",
      "\x89PNG\r\n\x1a\n and no picture",
    ])
      expect((await send(new Uint8Array(Buffer.from(text, "latin1")), "logo.png")).status).toBe(422);
    // A head that says 5000 by 2000 is enough to know: nothing is unpacked. And what is refused leaves the letterhead as it was.
    const huge = Buffer.from(png);
    huge.writeUInt32BE(5000, 16);
    huge.writeUInt32BE(2000, 20);
    const page = await send(new Uint8Array(huge), "logo.png", "Renamed GmbH");
    expect([page.status, await page.text()]).toEqual([422, expect.stringMatching(/5,?000 by 2,?000 pixels/)]);
    expect(await organization()).toMatchObject({ logo_file_id: null, name: before.name });
    expect((await send(new Uint8Array(png), "../../logo.html")).status).toBe(303);
    const file = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("files").select(["file_name", "mime_type"]).executeTakeFirstOrThrow(),
    );
    expect(file).toEqual({ file_name: "logo.html", mime_type: "image/png" });
    expect((await browser.open("/settings/organization")).text).toContain("Remove logo");
    expect((await browser.submit("/settings/organization/remove-logo")).text).toContain("Logo removed.");
    expect((await organization()).logo_file_id).toBeNull();
    expect((await browser.open("/settings/organization")).text).not.toContain("Remove logo");
  });
});

describe("outgoing mail", () => {
  test("is tried with the typed settings and a real mail, and nothing is saved by that", async () => {
    await browser.open("/settings/mail");
    const page = await browser.submit("/settings/mail", server());
    expect(page.text).toContain("Mail settings saved.");
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const wrong = await browser.post("/settings/mail/test", { ...server(), password: "wrong", _csrf: csrf });
    expect(wrong.text).toContain("did not accept the user name and password");
    expect(wrong.html).not.toContain('wrong"');
    // The password that is kept is used when none is typed.
    const right = await browser.post("/settings/mail/test", { ...server(), password: "", _csrf: csrf });
    expect(right.text).toContain(`The server took a test mail for ${admin.email}.`);
    expect(smtp.received.map((mail) => mail.to)).toEqual([[admin.email]]);
  });

  test("gives a kept password to no other server and no other user than it was typed for, tried or saved", async () => {
    const elsewhere = await startSmtpServer({ login: { user: "purser", password: "kept secret" } });
    try {
      const row = () =>
        reading(t.harbor.system, ({ db }) => db.selectFrom("mail_settings").selectAll().executeTakeFirstOrThrow());
      const before = await row();
      const page = await browser.open("/settings/mail");
      const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
      for (const other of [{ port: String(elsewhere.port) }, { host: "localhost" }, { username: "somebody" }])
        for (const path of ["/settings/mail/test", "/settings/mail"]) {
          const refused = await browser.post(path, { ...server(), ...other, password: "", _csrf });
          expect([refused.status, refused.text]).toEqual([422, expect.stringContaining("Enter the password:")]);
        }
      expect(await row()).toEqual(before);
      expect(elsewhere.received).toEqual([]);
      const own = { ...server(), port: String(elsewhere.port), _csrf };
      expect((await browser.post("/settings/mail/test", own)).text).toContain("The server took a test mail");
    } finally {
      await elsewhere.stop();
    }
  });

  test("where organizations share the installation, goes to no private network that is not allowed", async () => {
    const page = await browser.open("/settings/mail");
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const count = smtp.received.length;
    t.app.options.serverNetworks = [];
    try {
      for (const host of ["127.0.0.1", "localhost", "10.0.0.5", "::1"])
        for (const path of ["/settings/mail/test", "/settings/mail"]) {
          const refused = await browser.post(path, { ...server(), host, _csrf });
          expect([refused.status, refused.text]).toEqual([422, expect.stringContaining("inside a private network")]);
        }
      // A name is told by the address that it leads to.
      const named = await browser.post("/settings/mail/test", { ...server(), host: "127.1", _csrf });
      expect(named.text).toContain("is inside a private network, where this installation sends no mail");
      t.app.options.serverNetworks = ["127.0.0.0/8"];
      expect((await browser.post("/settings/mail/test", { ...server(), _csrf })).text).toContain("took a test mail");
    } finally {
      t.app.options.serverNetworks = null;
    }
    expect(smtp.received).toHaveLength(count + 1);
  });

  test("keeps its password sealed, never shows it, and keeps it when the field is left empty", async () => {
    const row = () =>
      reading(t.harbor.system, ({ db }) => db.selectFrom("mail_settings").selectAll().executeTakeFirstOrThrow());
    const before = await row();
    expect(JSON.stringify(before)).not.toContain("kept secret");
    expect((await browser.open("/settings/mail")).html).not.toContain("kept secret");
    await browser.submit("/settings/mail", { from_name: "Harbor Desk" });
    expect(await row()).toMatchObject({ from_name: "Harbor Desk", password_sealed: before.password_sealed });
    const audit = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select("new_values").where("entity_type", "=", "mail_settings").execute(),
    );
    expect(JSON.stringify(audit)).not.toContain(String(before.password_sealed));
  });

  test("that failed can be sent again, by whoever may change settings; one-time links in it are not shown", async () => {
    smtp.behave({ refuseRecipient: () => true });
    const queued = await inUnit(t.harbor.system, (work) =>
      queueMail(work, {
        to: { address: "ana@client.test", name: "Ana" },
        subject: "Welcome",
        text: "http://harbor.test/invite/pi_secret-part",
        html: null,
        about: { type: "users", id: newId() },
        dedupe_key: newId(),
      }),
    );
    const id = queued?.id ?? "";
    await sendDueMails(t.app, t.harbor.tenant);
    const page = await browser.open(`/settings/mails/${id}`);
    expect(page.text).toContain("Send again");
    expect(page.html).not.toContain("pi_secret-part");
    smtp.behave({});
    await browser.submit(`/settings/mails/${id}/retry`);
    await sendDueMails(t.app, t.harbor.tenant);
    expect((await browser.open(`/settings/mails/${id}`)).text).not.toContain("Send again");
    expect(smtp.received.at(-1)?.message.subject).toBe("Welcome");
    const written = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select(["action", "old_values", "new_values"]).where("entity_id", "=", id).execute(),
    );
    expect(written).toEqual([
      { action: "update", old_values: { mail_status: "failed" }, new_values: { mail_status: "queued" } },
    ]);
    const tech = await browserOf(t, await makeStaff(t.harbor, "technician"));
    expect((await tech.open(`/settings/mails/${id}`)).status).toBe(403);
    const theirs = await browserOf(t, await makeStaff(t.mill, "administrator"), t.mill);
    expect((await theirs.open(`/settings/mails/${id}`)).status).toBe(404);
  });
});
