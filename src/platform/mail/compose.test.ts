import { expect, test } from "bun:test";
import { noBrand } from "../brand.ts";
import { mailBody } from "./compose.ts";

const content = {
  heading: "New reply to <printer>",
  paragraphs: ["Hello Ada,", "one\ntwo & three"],
  quoted: 'It jams.\n\n"Always".',
  action: { label: "Open the ticket", url: "https://desk.harbor.example/tickets/1?a=1&b=2" },
  footer: "Harbor IT",
};

test("both bodies say the same", () => {
  const { text, html } = mailBody(content, noBrand);
  expect(text).toBe(
    'New reply to <printer>\n\nHello Ada,\n\none\ntwo & three\n\n> It jams.\n>\n> "Always".\n\nOpen the ticket:\nhttps://desk.harbor.example/tickets/1?a=1&b=2\n\n-- \nHarbor IT\n',
  );
  for (const part of [
    "New reply to &lt;printer&gt;",
    "one<br>\ntwo &amp; three",
    "&quot;Always&quot;",
    'href="https://desk.harbor.example/tickets/1?a=1&amp;b=2"',
    "Open the ticket</a>",
    "Harbor IT",
  ]) {
    expect(html).toContain(part);
  }
});

test("nothing that is written becomes markup", () => {
  const { html } = mailBody(
    {
      ...content,
      heading: "<script>1</script>",
      paragraphs: ['<img src=x onerror="1">'],
      quoted: "</table>",
      footer: "<b>",
      organization: "<i>",
    },
    noBrand,
  );
  expect(html).not.toMatch(/<(script|img|b|i)[\s>]/);
});

test("what somebody has written keeps its lists and links, in both bodies, and nothing that runs or loads", () => {
  const written =
    '<p>We <strong>looked</strong>:</p><ul><li>toner &lt; 5 %</li></ul><p>See <a href="https://help.example/a?b=1&amp;c=2">the page</a>.</p><img src="https://track.example/1.gif"><script>1</script><p onclick="1">End</p>';
  const { text, html } = mailBody(
    { heading: "Printer", written, paragraphs: ["Morgan"], footer: "Harbor IT" },
    noBrand,
  );
  expect(text).toBe(
    "Printer\n\nWe looked:\n\n- toner < 5 %\n\nSee the page (https://help.example/a?b=1&c=2).\n\nEnd\n\nMorgan\n\n-- \nHarbor IT\n",
  );
  expect(html).toMatch(/We <strong>looked<\/strong>/);
  expect(html).toMatch(/<ul style="[^"]+"><li style="[^"]+">toner &lt; 5 %<\/li><\/ul>/);
  expect(html).toMatch(/<a class="link" style="[^"]+" href="https:\/\/help.example\/a\?b=1&amp;c=2"/);
  expect(html).not.toMatch(/<script|<img|track\.example|onclick/);
  expect(html.indexOf("End</p>")).toBeLessThan(html.indexOf("Morgan"));
});

test("a list keeps its numbers, and an address is written once", () => {
  const written =
    '<ol><li>Unplug it</li><li>Wait</li></ol><p><a href="mailto:help@harbor.example">help@harbor.example</a> <a href="tel:+15125550139">+1 512 555 0139</a></p>';
  const { text } = mailBody({ heading: "Router", written, paragraphs: [], footer: "Harbor IT" }, noBrand);
  expect(text).toBe("Router\n\n1. Unplug it\n2. Wait\n\nhelp@harbor.example +1 512 555 0139\n\n-- \nHarbor IT\n");
});

test("the way out of such mails is the very last thing, and in HTML it is words", () => {
  const ending = { label: "Stop these", url: "https://desk.harbor.example/mails/a.b?c&d" };
  const { text, html } = mailBody({ ...content, ending }, noBrand);
  expect(text).toEndWith("\n-- \nHarbor IT\nStop these:\nhttps://desk.harbor.example/mails/a.b?c&d\n");
  expect(html).toMatch(
    /<a class="soft" href="https:\/\/desk.harbor.example\/mails\/a.b\?c&amp;d"[^>]*>Stop these<\/a>/,
  );
  expect(html.match(/mails\/a\.b/g)).toHaveLength(1);
});

test("what is not given leaves nothing behind", () => {
  const { text, html } = mailBody({ heading: "Hello", paragraphs: ["There"], footer: "Harbor IT" }, noBrand);
  expect(text).toBe("Hello\n\nThere\n\n-- \nHarbor IT\n");
  expect(html).not.toContain("href=");
  expect(html).not.toContain('class="quote"');
});

test("a button and a way out lead to a web address only", () => {
  const wrong = { label: "x", url: "javascript:alert(1)" };
  for (const more of [{ action: wrong }, { ending: wrong }])
    expect(() => mailBody({ ...content, ...more }, noBrand)).toThrow("no web address");
});
