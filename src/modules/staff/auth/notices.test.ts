import { afterAll, beforeAll, expect, test } from "bun:test";
import { clientOf, clientPassword } from "../../../../tests/support/clients.ts";
import { browserOf, makeStaff, password, type Person } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { setUpTwoSteps } from "../../../../tests/support/second-step.ts";
import { perform } from "../../../platform/action.ts";
import { inUnit, reading } from "../../../platform/context.ts";
import { users } from "../../../platform/access/schema.ts";
import { update } from "../../../platform/database/records.ts";
import { inLanguage } from "../../../platform/language/index.ts";
import { createApiKey } from "../keys.ts";
import { staffJobs } from "../jobs.ts";
import { resetSecondFactor } from "../mfa/actions.ts";

/** Mails about signing in are in the language and time of whom they warn, whoever's request it was that queued them. */

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const likes = (id: string, given: { language?: string; timezone?: string }) =>
  inUnit(t.harbor.system, (work) => update(work, users, id, given));

async function german(): Promise<Person> {
  const person = await makeStaff(t.harbor, "technician", "Greta Lindt");
  await likes(person.id, { language: "de" });
  return person;
}

const mailsTo = (address: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("mails").select(["subject", "text_body"]).where("to_address", "=", address).orderBy("id").execute(),
  );

test("a German is told in German, though every request was made in English", async () => {
  const greta = await german();
  const english = { "accept-language": "en-US" };
  const browser = await browserOf(t, greta);
  await setUpTwoSteps(t, browser);
  await browser.open("/account/two-step/remove", english);
  await browser.submit("/account/two-step/remove", { present_password: password }, english);
  // Another browser, which has no cookie of this person's.
  const other = t.browser(t.harbor);
  await other.open("/sign-in", english);
  const agent = { ...english, "user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0" };
  await other.submit("/sign-in", { email: greta.email, password }, agent);
  await other.open("/forgot", english);
  await other.submit("/forgot", { email: greta.email }, english);
  await t.settle();
  await inLanguage("en", "en-US", async () => {
    const sam = await t.harbor.actorContext((await makeStaff(t.harbor, "administrator")).id);
    await perform(sam, resetSecondFactor, { id: greta.id });
    await perform(await t.harbor.actorContext(greta.id), createApiKey, { name: "Script" });
  });
  const mails = await mailsTo(greta.email);
  expect(mails.length).toBeGreaterThanOrEqual(6);
  for (const { subject, text_body } of mails) {
    expect(subject).toContain("Harbor IT");
    expect(`${subject} ${text_body}`).not.toMatch(/\b(the|your|you|from|has|been)\b/);
  }
  expect(mails.map(({ text_body }) => text_body).join()).toContain("Firefox unter Windows");
});

test("an administrator who speaks German does not make an Englishman's mail German", async () => {
  const ed = await makeStaff(t.harbor, "technician", "Ed Stone");
  await inLanguage("de", "de-DE", async () => {
    const sam = await t.harbor.actorContext((await makeStaff(t.harbor, "administrator")).id);
    await perform(sam, resetSecondFactor, { id: ed.id });
  });
  expect((await mailsTo(ed.email))[0]?.subject).toBe("Your second step at Harbor IT has been reset");
});

test("a client hears in the language and time that stand with the contact", async () => {
  const client = await clientOf(t, "Kranich GmbH", "kira@kranich.example");
  await inUnit(t.harbor.system, async ({ db }) => {
    await db.updateTable("contacts").set({ language: "de" }).where("email", "=", "kira@kranich.example").execute();
  });
  await client.browser.open("/forgot");
  await client.browser.open("/portal/account");
  const fields = {
    present_password: clientPassword,
    new_password: "neun stille Lampen",
    repeated_password: "neun stille Lampen",
  };
  await client.browser.submit("/portal/account/password", fields);
  expect((await mailsTo("kira@kranich.example")).at(-1)?.subject).toBe("Ihr Passwort bei Harbor IT wurde geändert");
});

test("the end of an API key is told in the owner's language and time zone", async () => {
  const greta = await german();
  await likes(greta.id, { timezone: "Asia/Tokyo" });
  await perform(await t.harbor.actorContext(greta.id), createApiKey, {
    name: "Script",
    expires_at: new Date(Date.parse(t.clock.now()) + 3 * 86_400_000).toISOString(),
  });
  const warn = staffJobs.find(({ name }) => name === "staff.warn_of_keys");
  await warn?.run(t.harbor.system);
  const expected = new Intl.DateTimeFormat("de", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Tokyo" });
  const text = (await mailsTo(greta.email)).at(-1)?.text_body ?? "";
  expect(text).toContain(expected.format(new Date(Date.parse(t.clock.now()) + 3 * 86_400_000)));
});

test("who hears of a change hears whose account, when, from where, and what to do", async () => {
  const ed = await makeStaff(t.harbor, "technician", "Ed Miller");
  await likes(ed.id, { timezone: "Asia/Tokyo" });
  const browser = await browserOf(t, ed);
  const agent = { "user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0" };
  await browser.open("/account", agent);
  const next = "nine silent lamps burn";
  const fields = { present_password: password, new_password: next, repeated_password: next };
  await browser.submit("/account/password", fields, agent);
  const when = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Tokyo" });
  const mail = (await mailsTo(ed.email)).at(-1);
  expect(mail?.subject).toBe("Your password at Harbor IT has been changed");
  for (const part of [
    `Account: Ed Miller, ${ed.email}`,
    `When: ${when.format(new Date(t.clock.now()))} (Asia/Tokyo)`,
    "From: Firefox on Windows, ",
    "choose a new password at once",
    "tell your administrator",
    "http://harbor.test/forgot",
  ])
    expect(mail?.text_body).toContain(part);
  expect(mail?.text_body).not.toContain(next);
});

test("of what somebody else has changed one hears who it was, and not where they sit", async () => {
  const ed = await makeStaff(t.harbor, "technician", "Ed Moved");
  const sam = await makeStaff(t.harbor, "administrator", "Sam Right");
  await perform(await t.harbor.actorContext(sam.id), resetSecondFactor, { id: ed.id });
  const text = (await mailsTo(ed.email)).at(-1)?.text_body ?? "";
  expect(text).toContain("By: Sam Right");
  expect(text).not.toContain("From:");
  expect(text).toContain("If you did not expect this, tell your administrator at once.");
});

test("a client is to tell the organization, and comes to the portal's own page", async () => {
  const client = await clientOf(t, "Mole Ltd", "mo@mole.example");
  await client.browser.open("/portal/account");
  const next = "nine silent lamps burn";
  const fields = { present_password: clientPassword, new_password: next, repeated_password: next };
  await client.browser.submit("/portal/account/password", fields);
  const text = (await mailsTo("mo@mole.example")).at(-1)?.text_body ?? "";
  expect(text).toContain("and tell Harbor IT.");
  expect(text).toContain("http://harbor.test/portal/forgot");
});

test("a link that was asked for says for whom, and from where it was asked", async () => {
  const ed = await makeStaff(t.harbor, "technician", "Ed Forgot");
  const browser = t.browser(t.harbor);
  await browser.open("/forgot");
  await browser.submit("/forgot", { email: ed.email });
  await t.settle();
  const text = (await mailsTo(ed.email)).at(-1)?.text_body ?? "";
  expect(text).toMatch(
    new RegExp(`asked for a new password for ${ed.email} at Harbor IT, from the address [\\d.:a-f]+\\.\\n`),
  );
});
