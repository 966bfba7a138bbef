import { expect, test } from "bun:test";
import PostalMime from "postal-mime";
import { buildMime, type OutgoingMail } from "./mime.ts";

const sender = { address: "desk@harbor.example", name: "Harbor IT – Świętokrzyska" };
const mail: OutgoingMail = {
  message_id: "<0193c2f4@harbor.example>",
  date: "2026-11-21T07:00:00.000Z",
  in_reply_to: "<first@client.example>",
  references: ["<zero@client.example>", "<first@client.example>", "junk\r\nBcc: x@y.example"],
  to: [{ address: "ada@client.example", name: "Lovelace, Ada" }],
  cc: [{ address: "bob@client.example", name: "" }],
  reply_to: "desk+42@harbor.example",
  subject: "Łódź: „drukarka” 🖨",
  text: "Zażółć gęślą jaźń\n",
  html: "<p>Zażółć gęślą jaźń</p>",
  attachments: [
    { filename: "Rechnung Ä.pdf", content_type: "application/pdf", content: Uint8Array.of(0, 1, 2, 255) },
    { filename: "mail.eml", content_type: "message/rfc822", content: Buffer.from("Subject: x\n\ny") },
  ],
  headers: { "Auto-Submitted": "auto-generated" },
};

test("a mail is written and can be read again", async () => {
  const { bytes, envelope } = await buildMime(sender, mail);
  const read = await PostalMime.parse(bytes);
  expect(envelope).toEqual({ from: "desk@harbor.example", to: ["ada@client.example", "bob@client.example"] });
  expect(read).toMatchObject({
    messageId: mail.message_id,
    date: "2026-11-21T07:00:00.000Z",
    inReplyTo: "<first@client.example>",
    references: "<zero@client.example> <first@client.example>",
    from: sender,
    to: mail.to,
    subject: mail.subject,
    html: expect.stringContaining("Zażółć"),
  });
  expect(read.text).toContain("Zażółć gęślą jaźń");
  expect(read.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated");
  expect(read.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
    ["Rechnung Ä.pdf", "application/pdf"],
    ["mail.eml", "application/octet-stream"],
  ]);
  expect([...new Uint8Array(read.attachments[0]?.content as ArrayBuffer)]).toEqual([0, 1, 2, 255]);
});

test("the same mail has the same bytes at every attempt", async () => {
  const [one, two] = [await buildMime(sender, mail), await buildMime(sender, mail)];
  expect(Buffer.from(one.bytes).equals(Buffer.from(two.bytes))).toBe(true);
});

test("neither a subject nor a name nor a header can add a header", async () => {
  const evil = "x\r\nBcc: victim@client.example\n\r\nbody\u2028";
  const { bytes, envelope } = await buildMime(
    { ...sender, name: evil },
    {
      ...mail,
      subject: evil,
      to: [{ address: "ada@client.example", name: evil }],
      in_reply_to: evil,
      headers: { "X-Note": evil },
      attachments: [{ filename: evil, content_type: evil, content: new Uint8Array() }],
    },
  );
  const head = Buffer.from(bytes).toString().split("\r\n\r\n")[0] ?? "";
  expect(head).not.toMatch(/^Bcc:/im);
  expect(envelope.to).toEqual(["ada@client.example", "bob@client.example"]);
});

test("lines end as the standard asks, also within long texts", async () => {
  const { bytes } = await buildMime(sender, { ...mail, text: `${"ä".repeat(3000)}\nplain\r\nlines\n` });
  const raw = Buffer.from(bytes).toString("latin1");
  expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThan(999);
});

test("an address that is none makes a mail that cannot be sent", async () => {
  const wrong = { address: "ada@client.example>\r\nRCPT TO:<x@y.example", name: "" };
  await expect(buildMime(sender, { ...mail, to: [wrong] })).rejects.toThrow("is not an e-mail address");
  await expect(buildMime(sender, { ...mail, to: [], cc: [] })).rejects.toThrow("no recipient");
  await expect(buildMime({ ...sender, address: "" }, mail)).rejects.toThrow("is not an e-mail address");
});

test("an international domain goes over the line in its ASCII form", async () => {
  const { envelope } = await buildMime(
    { address: "desk@münchen.example", name: "" },
    { ...mail, to: [{ address: "ada@bücher.example", name: "" }], cc: [] },
  );
  expect(envelope).toEqual({ from: "desk@xn--mnchen-3ya.example", to: ["ada@xn--bcher-kva.example"] });
});
