import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { freePort } from "../../../scripts/lib/ports.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { startSmtpServer, type TestSmtpServer } from "../../../tests/support/smtp.ts";
import { inUnit, reading } from "../context.ts";
import { insert, update } from "../database/records.ts";
import { addFile, storeUploads } from "../files/files.ts";
import { newId } from "../ids.ts";
import { mailSettings } from "../tenants.ts";
import { queueMail, type MailToQueue } from "./queue.ts";
import { sendDueMails } from "./sender.ts";

let t: TestProgram;
let smtp: TestSmtpServer;
let settingsId: string;

beforeAll(async () => {
  t = await startTestProgram();
  smtp = await startSmtpServer({ login: { user: "purser", password: "correct horse" } });
  settingsId = await inUnit(t.harbor.system, async (work) => {
    const sealed = t.app.keyring.seal("mail-settings", t.harbor.id, "correct horse");
    const row = await insert(work, mailSettings, {
      host: smtp.host,
      port: smtp.port,
      security: "none",
      username: "purser",
      password_sealed: sealed,
      from_name: "Harbor IT",
      from_address: "desk@harbor.test",
    });
    return row.id;
  });
});
beforeEach(async () => {
  t.clock.set("2026-11-21T09:00:00.000Z");
  smtp.behave({});
  smtp.received.length = 0;
  // Mails that earlier tests left waiting are not this one's.
  await t.app.database.write(t.harbor.id, (db) => db.deleteFrom("mail_attachments").execute());
  await t.app.database.write(t.harbor.id, (db) => db.deleteFrom("mails").execute());
});
afterEach(() => smtp.behave({}));
afterAll(async () => {
  await smtp.stop();
  await t.close();
});

async function queue(more: Partial<MailToQueue> = {}): Promise<{ id: string; message_id: string }> {
  const mail: MailToQueue = {
    to: { address: "ana@client.test", name: "Ana" },
    subject: "Your ticket",
    text: "It works again.",
    html: null,
    about: { type: "tickets", id: newId() },
    dedupe_key: newId(),
    ...more,
  };
  const queued = await inUnit(t.harbor.system, (work) => queueMail(work, mail));
  if (queued === null) throw new Error("the mail was not queued");
  return queued;
}

const send = (): Promise<number> => sendDueMails(t.app, t.harbor.tenant);
const stateOf = (id: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("mails").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );
const set = (id: string, values: Record<string, unknown>): Promise<unknown> =>
  t.app.database.write(t.harbor.id, (db) => db.updateTable("mails").set(values).where("id", "=", id).execute());

describe("a queued mail", () => {
  test("what a mail is about is told when it has gone out, so that pages say so", async () => {
    const id = newId();
    const told: string[] = [];
    const stop = t.app.live.subscribe([`${t.harbor.id}/tickets/${id}`], (topic) => told.push(topic));
    await queue({ about: { type: "tickets", id } });
    await sendDueMails(t.app, t.harbor.tenant);
    stop();
    expect(told).toHaveLength(1);
  });

  test("is sent once, under the Message-ID that was stored with it", async () => {
    const { id, message_id } = await queue({
      in_reply_to: "<q@client.test>",
      references: ["<p@client.test>", "<q@client.test>"],
    });
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);
    expect(smtp.received).toHaveLength(1);
    const [mail] = smtp.received;
    expect(mail?.message.messageId).toBe(message_id);
    expect(mail?.message).toMatchObject({
      subject: "Your ticket",
      inReplyTo: "<q@client.test>",
      references: "<p@client.test> <q@client.test>",
    });
    expect(mail?.to).toEqual(["ana@client.test"]);
    expect(await stateOf(id)).toMatchObject({
      mail_status: "sent",
      sent_at: t.clock.now(),
      lease_until: null,
      last_error: "",
    });
  });

  test("is not there when what it tells about was undone, and is queued once for the same reason", async () => {
    await inUnit(t.harbor.system, async (work) => {
      await queueMail(work, {
        to: { address: "a@b.test", name: "" },
        subject: "s",
        text: "t",
        html: null,
        about: { type: "tickets", id: newId() },
        dedupe_key: "undone",
      });
      throw new Error("undone");
    }).catch(() => {});
    const mail = {
      to: { address: "a@b.test", name: "" },
      subject: "s",
      text: "t",
      html: null,
      about: { type: "tickets", id: newId() },
      dedupe_key: "same reason",
    };
    const first = await inUnit(t.harbor.system, (work) => queueMail(work, mail));
    const second = await inUnit(t.harbor.system, (work) => queueMail(work, mail));
    expect([first === null, second]).toEqual([false, null]);
    expect(await send()).toBe(1);
  });

  test("brings its attachments along", async () => {
    const [stored] = await storeUploads(t.harbor.system, [
      { name: "INV-000001.pdf", type: "application/pdf", bytes: new TextEncoder().encode("%PDF-1.7 hello") },
    ]);
    const file_id = await inUnit(t.harbor.system, (work) => addFile(work, stored as NonNullable<typeof stored>));
    await queue({ attachments: [{ file_id }] });
    await send();
    const [attachment] = smtp.received[0]?.message.attachments ?? [];
    expect(attachment).toMatchObject({ filename: "INV-000001.pdf", mimeType: "application/pdf" });
    expect(new TextDecoder().decode(attachment?.content as ArrayBuffer)).toBe("%PDF-1.7 hello");
  });

  test("goes out once when two senders come at the same time", async () => {
    for (let index = 0; index < 4; index += 1) await queue({ subject: `Mail ${index}` });
    smtp.behave({ delayMs: 20 });
    await Promise.all([send(), send(), send()]);
    await send();
    expect(smtp.received.map((mail) => mail.message.subject).toSorted()).toEqual([
      "Mail 0",
      "Mail 1",
      "Mail 2",
      "Mail 3",
    ]);
  });

  test("waits as long as there are no settings, and belongs to its own organization's server", async () => {
    const { id } = await queue();
    expect(await sendDueMails(t.app, t.mill.tenant)).toBe(0);
    expect((await stateOf(id)).mail_status).toBe("queued");
  });
});

describe("a mail that the server does not take", () => {
  test("because there is no such recipient has failed, with the server's words", async () => {
    smtp.behave({ refuseRecipient: (address) => address === "ana@client.test" });
    const { id } = await queue();
    await send();
    const mail = await stateOf(id);
    expect(mail).toMatchObject({ mail_status: "failed", attempts: 1, next_attempt_at: null });
    expect(mail.server_answer).toContain("550 No such user here");
    expect(mail.last_error).toContain("ana@client.test");
    t.clock.advance(24 * 3600_000);
    expect(await send()).toBe(0);
  });

  test("at present is tried again after 30 seconds, 2 minutes, …, and then given up", async () => {
    smtp.behave({ refuseMessage: { code: 451, text: "Try again later" } });
    const { id } = await queue();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      expect(await send()).toBe(1);
      const { next_attempt_at } = await stateOf(id);
      if (next_attempt_at === null) break;
      const wait = Date.parse(next_attempt_at) - Date.parse(t.clock.now());
      waits.push(wait / 1000);
      t.clock.advance(wait);
    }
    expect(waits).toEqual([30, 120, 600, 1800, ...Array.from({ length: 8 }, () => 3600)]);
    expect(await stateOf(id)).toMatchObject({ mail_status: "failed", attempts: 13 });
  });

  test("holds up none of the others", async () => {
    smtp.behave({ refuseRecipient: (address) => address.startsWith("nobody@") });
    await queue({ to: { address: "nobody@client.test", name: "" } });
    const { id } = await queue();
    await send();
    expect((await stateOf(id)).mail_status).toBe("sent");
  });

  test("because the server is away keeps the others waiting unharmed, and all go out as soon as it is back", async () => {
    const away = freePort();
    await inUnit(t.harbor.system, (work) => update(work, mailSettings, settingsId, { port: away }));
    const queued = [await queue(), await queue(), await queue()];
    const states = (): Promise<unknown[]> => Promise.all(queued.map(async ({ id }) => (await stateOf(id)).mail_status));
    const attempts = async (): Promise<number> =>
      (await Promise.all(queued.map(({ id }) => stateOf(id)))).reduce((sum, mail) => sum + mail.attempts, 0);
    expect(await send()).toBe(1);
    // It rests for a while: nothing is tried, however often the queue is looked at.
    expect([await send(), await send(), await attempts()]).toEqual([0, 0, 1]);
    for (const seconds of [10, 30, 60]) {
      t.clock.advance(seconds * 1000);
      expect(await send()).toBe(1);
    }
    expect([await attempts(), await states()]).toEqual([4, ["queued", "queued", "queued"]]);
    await inUnit(t.harbor.system, (work) => update(work, mailSettings, settingsId, { port: smtp.port }));
    await send();
    expect(await states()).toEqual(["sent", "sent", "sent"]);
  });

  test("is the last one to be begun when the program stops", async () => {
    const queued = [await queue(), await queue()];
    let begun = 0;
    expect(await sendDueMails(t.app, t.harbor.tenant, () => (begun += 1) > 1)).toBe(1);
    expect((await Promise.all(queued.map(({ id }) => stateOf(id)))).map((mail) => mail.mail_status)).toEqual([
      "sent",
      "queued",
    ]);
    await send();
  });

  test("because the password is wrong waits for the settings to be mended", async () => {
    const wrong = t.app.keyring.seal("mail-settings", t.harbor.id, "wrong");
    const right = t.app.keyring.seal("mail-settings", t.harbor.id, "correct horse");
    await inUnit(t.harbor.system, (work) => update(work, mailSettings, settingsId, { password_sealed: wrong }));
    const { id } = await queue();
    await send();
    expect(await stateOf(id)).toMatchObject({ mail_status: "queued", attempts: 1 });
    await inUnit(t.harbor.system, (work) => update(work, mailSettings, settingsId, { password_sealed: right }));
    t.clock.advance(30_000);
    await send();
    expect((await stateOf(id)).mail_status).toBe("sent");
  });
});

describe("when nobody can know whether it was sent", () => {
  test("because the server went away after the whole message, a mail is uncertain and not sent again by itself", async () => {
    smtp.behave({ dropAfterAccept: true });
    const { id } = await queue();
    await send();
    expect(await stateOf(id)).toMatchObject({ mail_status: "uncertain", next_attempt_at: null });
    smtp.behave({});
    t.clock.advance(24 * 3600_000);
    expect(await send()).toBe(0);
    expect(smtp.received).toHaveLength(1);
  });

  test("because Purser died while the server was taking it, a mail is uncertain once its lease has run out", async () => {
    const { id } = await queue();
    const now = t.clock.now();
    await set(id, { mail_status: "sending", lease_until: "2026-11-21T09:05:00.000Z", handed_over_at: now });
    expect(await send()).toBe(0);
    expect((await stateOf(id)).mail_status).toBe("sending");
    t.clock.advance(5 * 60_000 + 1);
    expect(await send()).toBe(0);
    expect(await stateOf(id)).toMatchObject({ mail_status: "uncertain", lease_until: null });
    expect(smtp.received).toEqual([]);
  });
});

test("a mail that Purser died over before the server took any of it is sent once its lease has run out", async () => {
  const { id, message_id } = await queue();
  await set(id, { mail_status: "sending", lease_until: "2026-11-21T09:05:00.000Z" });
  expect(await send()).toBe(0);
  t.clock.advance(5 * 60_000 + 1);
  expect(await send()).toBe(1);
  expect(smtp.received.map((mail) => mail.message.messageId)).toEqual([message_id]);
  expect((await stateOf(id)).mail_status).toBe("sent");
});

test("a mail whose hand-over could not be written down, because our own database was away, goes out later with no attempt used up", async () => {
  const { id, message_id } = await queue();
  const { write } = t.app.database;
  let isAway = true;
  t.app.database.write = async (tenantId, work) => {
    const result = await write(tenantId, work);
    const { handed_over_at } = await stateOf(id);
    if (!isAway || handed_over_at === null) return result;
    // The answer of this commit is lost on the way; the next one arrives.
    isAway = false;
    throw Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" });
  };
  try {
    await send();
  } finally {
    t.app.database.write = write;
  }
  expect(isAway).toBe(false);
  expect(await stateOf(id)).toMatchObject({ mail_status: "queued", attempts: 0, handed_over_at: null });
  expect(smtp.received).toEqual([]);
  t.clock.advance(10_000);
  await send();
  expect(smtp.received.map((mail) => mail.message.messageId)).toEqual([message_id]);
});

test("a sender that stood still so long that another has taken its mail over sends nothing and says nothing of it", async () => {
  const { id } = await queue();
  const store = { ...t.app.files };
  const app = { ...t.app, files: store };
  const [stored] = await storeUploads(t.harbor.system, [
    { name: "a.txt", type: "text/plain", bytes: new Uint8Array([1]) },
  ]);
  const file_id = await inUnit(t.harbor.system, (work) => addFile(work, stored as NonNullable<typeof stored>));
  await t.app.database.write(t.harbor.id, (db) =>
    db.insertInto("mail_attachments").values({ mail_id: id, file_id }).execute(),
  );
  // Reading the attachment takes the slow one longer than its lease; meanwhile the other one sends.
  store.get = async (tenantId, sha256) => {
    t.clock.advance(6 * 60_000);
    expect(await send()).toBe(1);
    return t.app.files.get(tenantId, sha256);
  };
  await sendDueMails(app, t.harbor.tenant);
  expect(smtp.received).toHaveLength(1);
  expect(await stateOf(id)).toMatchObject({ mail_status: "sent", attempts: 0, last_error: "" });
});
