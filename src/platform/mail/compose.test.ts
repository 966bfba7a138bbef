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

test("what is not given leaves nothing behind", () => {
  const { text, html } = mailBody({ heading: "Hello", paragraphs: ["There"], footer: "Harbor IT" }, noBrand);
  expect(text).toBe("Hello\n\nThere\n\n-- \nHarbor IT\n");
  expect(html).not.toContain("href=");
  expect(html).not.toContain('class="quote"');
});

test("a button leads to a web address only", () => {
  expect(() => mailBody({ ...content, action: { label: "x", url: "javascript:alert(1)" } }, noBrand)).toThrow(
    "no web address",
  );
});
