import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";

let t: TestProgram;
let browser: Visitor;
beforeAll(async () => {
  t = await startTestProgram();
  browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
});
afterAll(() => t.close());

/** The settings pages that are found by some words. */
async function found(query: string, by = browser): Promise<string[]> {
  const { html } = await by.open(`/settings?q=${encodeURIComponent(query)}`);
  return [...html.matchAll(/class="settings-card" href="([^"]+)"/g)].map(([, href = ""]) => href);
}

test("settings are found by the words of their titles, and by the names of their fields", async () => {
  expect(await found("letterhead")).toEqual(["/settings/organization"]);
  expect(await found("bank")).toContain("/settings/organization");
  expect(await found("smtp")).toEqual(["/settings/mail"]);
  expect(await found("curr")).toContain("/settings/locale");
  expect(await found("audit log")).toEqual(["/settings/audit"]);
  expect(await found("portal")).toEqual(expect.arrayContaining(["/settings/branding", "/settings/modules"]));
});

test("what is not there is said, and everything is there without words", async () => {
  expect((await browser.open("/settings?q=xylophone")).text).toContain("Nothing matches");
  expect((await found("")).length).toBeGreaterThan(15);
});

test("nobody finds settings that they may not open", async () => {
  const technician = await browserOf(t, await makeStaff(t.harbor, "technician"));
  expect(await found("smtp", technician)).toEqual([]);
});
