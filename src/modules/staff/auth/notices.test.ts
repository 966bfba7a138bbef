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
    expect(subject).toMatch(/Anmeldung|Passwort/);
    expect(text_body).not.toMatch(/\b(the|your|you|from|has|been)\b/);
  }
  expect(mails.map(({ text_body }) => text_body).join()).toContain("Firefox unter Windows");
});

test("an administrator who speaks German does not make an Englishman's mail German", async () => {
  const ed = await makeStaff(t.harbor, "technician", "Ed Stone");
  await inLanguage("de", "de-DE", async () => {
    const sam = await t.harbor.actorContext((await makeStaff(t.harbor, "administrator")).id);
    await perform(sam, resetSecondFactor, { id: ed.id });
  });
  expect((await mailsTo(ed.email))[0]?.subject).toBe("A change of your sign-in at Harbor IT");
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
  expect((await mailsTo("kira@kranich.example")).at(-1)?.subject).toBe("Eine Änderung Ihrer Anmeldung bei Harbor IT");
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
