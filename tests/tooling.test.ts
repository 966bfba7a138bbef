import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTransport } from "nodemailer";
import { Client } from "pg";
import PDFDocument from "pdfkit";
import { Stripe } from "stripe";

import { auditVerdict } from "../scripts/lib/audit.ts";
import { coverageOf, linesOfCode, type LineHits, mergeLcov, percent } from "../scripts/lib/coverage.ts";
import { countTests, failedFiles } from "../scripts/lib/junit.ts";
import { scoreboard } from "../scripts/lib/steps.ts";
import { longestFirst, testTimings } from "../scripts/lib/test-order.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { findCycle, importsOf, layerOf } from "./support/imports.ts";
import { pdfText, pdftotextAvailable } from "./support/pdf.ts";
import { createDatabaseFrom, ensureTemplate } from "./support/postgres.ts";
import { startSmtpServer, type TestSmtpServer } from "./support/smtp.ts";
import { startStripe, type StripeStandIn } from "./support/stripe.ts";
import { viewProblems } from "./support/view-rules.ts";

describe("the check's score", () => {
  test("counts passed, failed, errored and skipped tests of a report", () => {
    const report = `<testsuites><testsuite name="a">
      <testcase name="one" file="a.test.ts" /><testcase name="two" file="a.test.ts"><failure type="x" /></testcase>
      <testcase name="three" file="a.test.ts"><error>boom</error></testcase>
      <testcase name="four &lt; &quot;five&quot;" file="a.test.ts"><skipped /></testcase></testsuite></testsuites>`;
    expect(countTests(report)).toEqual({
      passed: 1,
      failed: 2,
      failedNames: ["a.test.ts: two", "a.test.ts: three"],
      skippedNames: ['a.test.ts: four < "five"'],
    });
  });

  test("of a long output what is shown is what files with a failed test said", () => {
    const failed = "tests/b.test.ts:\nexpected 1\n(fail) b > two [3.00ms]\n\n";
    const output = `bun test v1\n\nsrc/a.test.ts:\n{"level":"warn"}\n\n${failed}tests/c.test.ts:\nnothing\n`;
    expect(failedFiles(output)).toBe(failed);
    expect(failedFiles("error: no such file")).toBe("error: no such file");
  });

  test("what takes longest is started first, and each file that is named so is there", async () => {
    const { files } = await testTimings();
    const inOrder = Object.keys(files).toSorted((a, b) => (files[b] ?? 0) - (files[a] ?? 0));
    expect(inOrder.slice(0, longestFirst.length)).toEqual([...longestFirst]);
    expect(inOrder.length).toBeGreaterThan(longestFirst.length);
    for (const file of longestFirst) expect([file, await Bun.file(file).exists()]).toEqual([file, true]);
  });

  test("a step that throws has failed and shows why; a missing part fails only on a build server", async () => {
    const lines: string[] = [];
    const { score, step, unavailable } = scoreboard((line) => void lines.push(line));
    await step("in order", async () => ({ passed: 3, failed: 0 }));
    await step("not in order", () => Promise.reject(new Error("boom")));
    unavailable("chromium", "not here", false);
    unavailable("poppler", "not here", true);
    expect(score).toEqual({
      passed: 3,
      failed: 2,
      failures: [],
      unavailable: ["chromium: not here", "poppler: not here"],
    });
    expect(lines.join("\n")).toContain("boom");
  });

  test("an audit that could not be asked for is not the same as a clean one, nor as a found advisory", () => {
    expect(auditVerdict({ code: 0, output: "No vulnerabilities found" })).toEqual({ kind: "clean" });
    expect(auditVerdict({ code: 1, output: "lodash  <4.17.21\n  high: Command Injection" })).toEqual({
      kind: "vulnerable",
    });
    const refused = auditVerdict({ code: 1, output: "bun audit v1\nerror: POST https://registry.example/bulk - 405" });
    expect(refused.kind).toBe("unavailable");
  });

  test("coverage is the union of all runs, and a file no test has loaded counts as uncovered", async () => {
    const hits: LineHits = new Map();
    mergeLcov(hits, "TN:\nSF:src/a.ts\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\n");
    mergeLcov(hits, "TN:\nSF:src/a.ts\nDA:1,0\nDA:2,4\nDA:3,0\nend_of_record\n");
    expect(await coverageOf(["src/a.ts"], hits)).toEqual([{ file: "src/a.ts", lines: 3, covered: 2 }]);
    const [own] = await coverageOf(["tests/support/waiting.ts"], hits);
    expect(own?.covered).toBe(0);
    expect(own?.lines).toBeGreaterThan(5);
    expect(percent([{ file: "x", lines: 3, covered: 2 }])).toBeCloseTo(66.67, 1);
    expect(linesOfCode("// why\nexport type A = { b: string };\n")).toBe(0);
  });
});

describe("the rules of the house", () => {
  test("reads imports of every form, and not those in comments", () => {
    const source = `import { a } from "./a.ts";\nimport type {\n  B,\n} from "../b.ts";\nexport * from "./c.ts";
import "./d.ts";\nconst e = await import("./e.ts");\n// import x from "./x.ts";\n/* import y from "./y.ts"; */`;
    expect(importsOf(source)).toEqual(["./a.ts", "../b.ts", "./c.ts", "./d.ts", "./e.ts"]);
  });

  test("knows layers and finds a circle", () => {
    expect(layerOf("src/platform/http/route.ts")).toBe("platform");
    expect(layerOf("src/main.ts")).toBe("main");
    expect(layerOf("src/stray.ts")).toBeUndefined();
    const arrows = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c"])],
      ["c", new Set(["b"])],
    ]);
    expect(findCycle(arrows)).toEqual(["b", "c", "b"]);
    expect(findCycle(new Map([["a", new Set(["b", "c"])]]))).toEqual([]);
  });

  test("finds what a strict content security policy stops in a view", () => {
    const bad = [
      `<button hx-on:click="x()">`,
      `<div hx-vals='js:{a: 1}'>`,
      `<div hx-trigger="keyup[ctrlKey]">`,
      `<p style="color: red">`,
      `<script>alert(1)</script>`,
      `<a href="javascript:void(0)">`,
      `<a onclick="x()">`,
      `<div x-data="menu" @click="open = true; x()">`,
    ];
    for (const view of bad) expect(viewProblems(`\n${view}`)).toHaveLength(1);
    const good = `{{!-- style="x" --}}<script src="/app.js"></script><p x-text="a" :class="b ? 'c; d' : ''" title="x;y">{{z}}</p>`;
    expect(viewProblems(good)).toEqual([]);
    expect(viewProblems(`<p style="color: red">`, { isMail: true })).toEqual([]);
  });
});

describe("the SMTP server of the tests", () => {
  let server: TestSmtpServer;
  beforeAll(async () => {
    server = await startSmtpServer({ login: { user: "purser", password: "secret" } });
  });
  afterAll(() => server.stop());

  function send(subject: string, { to = "anna@mill.example", password = "secret" } = {}) {
    const transport = createTransport({
      host: server.host,
      port: server.port,
      auth: { user: "purser", pass: password },
    });
    return transport.sendMail({ from: "desk@harbor.example", to, subject, text: "Łódź €" });
  }

  test("keeps what it receives", async () => {
    await send("Hello");
    const mail = await server.waitForMail(({ message }) => message.subject === "Hello");
    expect(mail.from).toBe("desk@harbor.example");
    expect(mail.to).toEqual(["anna@mill.example"]);
    expect(mail.message.text?.trim()).toBe("Łódź €");
  });

  test("refuses a wrong password, a recipient or a message in its own words", async () => {
    await expect(send("x", { password: "wrong" })).rejects.toThrow("535");
    server.behave({ refuseRecipient: (address) => address.startsWith("nobody@") });
    await expect(send("x", { to: "nobody@mill.example" })).rejects.toThrow("No such user here: nobody@mill.example");
    server.behave({ refuseMessage: { code: 451, text: "Greylisted, try again" } });
    await expect(send("x")).rejects.toThrow("451 Greylisted, try again");
  });

  test("drops the connection in the middle of a message, or after it has kept it", async () => {
    server.behave({ dropInData: true });
    await expect(send("Lost")).rejects.toThrow();
    server.behave({ dropAfterAccept: true });
    await expect(send("Kept")).rejects.toThrow();
    server.behave({});
    await server.waitForMail(({ message }) => message.subject === "Kept");
    expect(server.received.filter(({ message }) => message.subject === "Lost")).toEqual([]);
  });

  test("says what it was waiting for", async () => {
    await expect(server.waitForMail(() => false, 50)).rejects.toThrow("waited 50 ms in vain for a mail");
  });
});

describe("the stand-in for Stripe", () => {
  let standIn: StripeStandIn;
  let stripe: Stripe;
  beforeAll(() => {
    standIn = startStripe();
    stripe = new Stripe(standIn.secretKey, { ...standIn.options, maxNetworkRetries: 0 });
  });
  afterAll(() => standIn.stop());

  const order = (amount = 12_050) => ({
    mode: "payment" as const,
    line_items: [
      {
        quantity: 1,
        price_data: { currency: "eur", unit_amount: amount, product_data: { name: "Invoice 2026-0001" } },
      },
    ],
    client_reference_id: "invoice-1",
    metadata: { invoice_id: "invoice-1" },
    success_url: "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
  });

  test("opens a session, lets it be paid, and signs the event", async () => {
    const session = await stripe.checkout.sessions.create(order());
    expect(session).toMatchObject({ status: "open", payment_status: "unpaid", amount_total: 12_050, currency: "eur" });
    expect(session.metadata).toEqual({ invoice_id: "invoice-1" });
    const paid = await fetch(session.url ?? "", { method: "POST", redirect: "manual" });
    expect(paid.headers.get("location")).toBe(`http://127.0.0.1:9/paid?session=${session.id}`);
    const again = await stripe.checkout.sessions.retrieve(session.id);
    expect(again).toMatchObject({ status: "complete", payment_status: "paid" });
    expect(again.payment_intent).toStartWith("pi_");
    const { body, signature } = await standIn.webhook(session.id);
    const event = await stripe.webhooks.constructEventAsync(body, signature, standIn.webhookSecret);
    expect(event.type).toBe("checkout.session.completed");
    await expect(stripe.webhooks.constructEventAsync(body, signature, "whsec_other")).rejects.toThrow();
  });

  test("answers a repeated idempotency key with the first session, and refuses it for another request", async () => {
    const first = await stripe.checkout.sessions.create(order(), { idempotencyKey: "once" });
    const second = await stripe.checkout.sessions.create(order(), { idempotencyKey: "once" });
    expect(second.id).toBe(first.id);
    await expect(stripe.checkout.sessions.create(order(1), { idempotencyKey: "once" })).rejects.toThrow(
      "same parameters",
    );
  });

  test("loses an answer after the work was done, as a network does", async () => {
    const before = standIn.sessions.size;
    standIn.failNext({ afterProcessing: true });
    await expect(stripe.checkout.sessions.create(order(), { idempotencyKey: "lost" })).rejects.toThrow();
    const found = await stripe.checkout.sessions.create(order(), { idempotencyKey: "lost" });
    expect(standIn.sessions.size).toBe(before + 1);
    expect(standIn.sessions.has(found.id)).toBe(true);
  });

  test("expires a session once, refuses a wrong key and what it does not know", async () => {
    const session = await stripe.checkout.sessions.create(order());
    expect((await stripe.checkout.sessions.expire(session.id)).status).toBe("expired");
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toThrow("can be expired");
    await expect(stripe.checkout.sessions.retrieve("cs_none")).rejects.toThrow("No such checkout.session: 'cs_none'");
    expect((await stripe.accounts.retrieveCurrent()).id).toBe("acct_purser");
    expect((await stripe.balance.retrieve()).object).toBe("balance");
    const stranger = new Stripe("sk_test_wrong", { ...standIn.options, maxNetworkRetries: 0 });
    await expect(stranger.balance.retrieve()).rejects.toThrow("Invalid API Key");
  });
});

test("each test file gets a database cloned from a template that is built once", async () => {
  let built = 0;
  const build = async (url: string) => {
    built += 1;
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("create table things (name text)");
    await client.end();
  };
  const template = `template_${crypto.randomUUID().slice(0, 8)}`;
  await Promise.all([ensureTemplate(template, build), ensureTemplate(template, build)]);
  expect(built).toBe(1);
  const [one, other] = await Promise.all([createDatabaseFrom(template), createDatabaseFrom(template)]);
  const clients = [one, other].map(({ url }) => new Client({ connectionString: url }));
  const [first, second] = clients;
  await Promise.all(clients.map((client) => client.connect()));
  await first?.query("insert into things values ('mine')");
  expect((await second?.query("select name from things"))?.rows).toEqual([]);
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all([one.drop(), other.drop()]);
});

describe.skipIf(!browserAvailable)("the browser of the tests", () => {
  let chromium: TestBrowser;
  let server: Bun.Server<undefined>;
  beforeAll(async () => {
    chromium = await openBrowser();
    const page = `<link rel="icon" href="data:,"><h1>Harbor IT</h1><script>if (location.search) throw new Error("boom")</script>`;
    const headers = { "content-type": "text/html" };
    server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(page, { headers }) });
  });
  afterAll(async () => {
    await chromium.close();
    await server.stop(true);
  });

  test("opens pages, takes pictures, and reports what the page complains about", async () => {
    const fine = await chromium.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    await fine.page.goto(server.url.href);
    expect(await fine.page.textContent("h1")).toBe("Harbor IT");
    fine.assertNoErrors();
    expect(await Bun.file(await fine.shot("tooling")).exists()).toBe(true);
    await fine.close();
    const broken = await chromium.newPage();
    await broken.page.goto(`${server.url.href}?broken`);
    expect(() => broken.assertNoErrors()).toThrow("boom");
    broken.assertNoErrors("boom");
    await broken.close();
  });
});

test.skipIf(!pdftotextAvailable)(
  "the text of a PDF can be read back, and a file that is none is an error",
  async () => {
    const document = new PDFDocument();
    document.text("Invoice 2026-0001");
    document.end();
    const bytes = new Uint8Array(await new Response(document as unknown as ReadableStream).arrayBuffer());
    expect(await pdfText(bytes)).toContain("Invoice 2026-0001");
    await expect(pdfText(new TextEncoder().encode("no PDF"))).rejects.toThrow("pdftotext failed");
  },
);
