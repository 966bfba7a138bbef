import { afterEach, beforeEach, expect, type Mock, spyOn, test } from "bun:test";
import * as lines from "./write-line.ts";
import { jsonLine, log, setLogFormat, textLine } from "./log.ts";

const printed: string[] = [];
let silent: Mock<typeof lines.writeLine>;
beforeEach(() => {
  printed.length = 0;
  silent = spyOn(lines, "writeLine").mockImplementation((_, line) => void printed.push(line));
});
afterEach(() => {
  silent.mockRestore();
  setLogFormat("auto");
});

test("one line of JSON an event", () => {
  setLogFormat("json");
  log.warn("a mail could not be sent", { mail: "m1", attempts: 3 });
  const line = JSON.parse(printed[0] ?? "") as Record<string, unknown>;
  expect(line).toMatchObject({ level: "warn", message: "a mail could not be sent", mail: "m1", attempts: 3 });
  expect(line["time"]).toMatch(/^\d{4}-.*Z$/);
});

test("one readable line an event, also when a value holds line breaks", () => {
  setLogFormat("text");
  log.error("it\nfailed", { stack: "a\n  at b", route: "GET /x" });
  expect(printed[0]).toMatch(/^\d\d:\d\d:\d\d ERROR it failed stack="a\\n {2}at b" route="GET \/x"$/);
});

test("what is called like a secret is hidden, at any depth", () => {
  setLogFormat("json");
  log.info("x", {
    password: "p1",
    nested: { api_key: "p2", list: [{ access_token: "p3" }] },
    smtp_password_sealed: "p4",
  });
  expect(printed[0]).not.toMatch(/p[1-4]"/);
});

test("passwords in addresses and Purser's own tokens are hidden", () => {
  const token = `pr_${"a".repeat(32)}_${"B".repeat(43)}`;
  log.info(`GET /reset/${token}`, { error: "connect postgres://purser:hunter2@db/purser" });
  expect(printed[0]).not.toContain("hunter2");
  expect(printed[0]).not.toContain("B".repeat(43));
  log.info("connect postgres://purser:hun@ter2@db/purser and https://user:s3cret@example/a@b");
  expect(printed[1]).toContain("postgres://purser:[hidden]@db/purser and https://user:[hidden]@example/a@b");
});

test("an event's fields do not forge time, level and message", () => {
  const line = {
    time: "2026-11-21T06:54:09.123Z",
    level: "info",
    message: "real",
    fields: { level: "error", message: "forged" },
  } as const;
  expect(JSON.parse(jsonLine(line))).toMatchObject({ level: "info", message: "real" });
  expect(textLine(line)).toStartWith("06:54:09 INFO  real ");
});

test("an error is written with what it says", () => {
  setLogFormat("json");
  log.error("failed", { error: new Error("disk full"), count: 10n });
  expect(printed[0]).toContain("disk full");
  expect(printed[0]).toContain('"count":"10"');
});
