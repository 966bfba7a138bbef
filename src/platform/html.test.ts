import { describe, expect, test } from "bun:test";
import { beginningOf, escapeHtml, htmlToText, sanitizeHtml, saysAddress } from "./html.ts";
import { plainToHtml } from "./written-text.ts";

describe("HTML from outside", () => {
  test("keeps its structure and its links", () => {
    expect(
      sanitizeHtml(
        '<p>Hi <b>you</b>,<br>see <a href="https://a.example/?x=1&amp;y=2" target="_blank" onclick="x()">this</a></p>',
      ),
    ).toBe('<p>Hi <b>you</b>,<br />see <a href="https://a.example/?x=1&amp;y=2" rel="noopener nofollow">this</a></p>');
    expect(sanitizeHtml('<ul><li>a</li></ul><table><tr><td colspan="2">x</td></tr></table>')).toContain(
      '<td colspan="2">x</td>',
    );
    expect(sanitizeHtml('<a href="mailto:a@b.example">a</a><a href="tel:+15125550139">b</a>')).toContain(
      'href="mailto:a@b.example"',
    );
  });

  const vectors = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" &#x6A;avascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java\u0000script:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="//evil.example">x</a>',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="javascript:alert(1)"></object><embed src="x">',
    '<form action="https://evil.example"><input name=password><button formaction="javascript:alert(1)">x</button></form>',
    '<p style="background:url(javascript:alert(1));position:fixed;inset:0">x</p>',
    "<style>@import 'https://evil.example/x.css';</style>",
    '<link rel=stylesheet href="https://evil.example"><meta http-equiv=refresh content="0;url=https://evil.example"><base href="https://evil.example">',
    '<p hx-get="/admin/users" hx-trigger="load" x-data="{}" x-init="alert(1)" data-hx-on:click="x" id="csrf" class="fixed" name="x">x</p>',
    '<template shadowrootmode=open><slot onslotchange="alert(1)"></slot></template>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<p/onclick=alert(1)>x",
    '"><img src=x onerror=alert(1)>',
    "<div\nonmouseover\n=\nalert(1)>x</div>",
    '<video><source onerror="alert(1)"></video><audio src=x onerror=alert(1)>',
    "<xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x onerror=alert(1)>",
    '<a href="https://a.example" ping="https://evil.example" download>x</a>',
  ];

  test("runs, loads and pretends nothing", () => {
    for (const vector of vectors) {
      const safe = sanitizeHtml(vector);
      // Only tags of the short list are left, and on them only links and spans of cells; the rest is escaped text.
      for (const [tag] of safe.matchAll(/<[^>]*>/g)) {
        expect([vector, tag]).toEqual([
          vector,
          expect.stringMatching(
            /^<\/?(p|br|div|span|b|strong|i|em|u|s|code|pre|blockquote|[uo]l|li|a|h[1-4]|hr|table|thead|tbody|tr|t[hd])( href="(https?:|mailto:|tel:)[^"]*")?( rel="noopener nofollow")?( (col|row)span="\d+")*( \/)?>$/,
          ),
        ]);
      }
      expect(safe).toBe(sanitizeHtml(safe));
    }
  });

  test("nested without end is cut off", () => {
    expect(sanitizeHtml("<div>".repeat(20_000)).length).toBeLessThan(2_000);
    const words = sanitizeHtml(`<i>${"<b>x".repeat(60_000)}`);
    expect(words.match(/x/g)?.length).toBe(60_000);
    const deep = `${"<div>".repeat(2_000)}<i class="a>b">deep</i>${"</div>".repeat(2_000)}<p>after</p>`;
    expect(sanitizeHtml(deep)).toMatch(/deep(?:<\/div>)+<p>after<\/p>$/);
  });
});

describe("plain text as HTML", () => {
  test("keeps paragraphs and line breaks, and escapes everything", () => {
    expect(plainToHtml("Hi <b>\r\nthere & \"you\"\n\n\n'bye'\n")).toBe(
      "<p>Hi &lt;b&gt;<br>there &amp; &quot;you&quot;</p><p>&#39;bye&#39;</p>",
    );
    expect(plainToHtml("")).toBe("");
  });

  test("makes links of web addresses, without the sentence around them", () => {
    const link = (address: string): string => `<a href="${address}" rel="noopener nofollow">${address}</a>`;
    expect(plainToHtml("See https://a.example/x?a=1&b=2.")).toBe(
      `<p>See ${link("https://a.example/x?a=1&amp;b=2")}.</p>`,
    );
    expect(plainToHtml("(http://a.example)")).toBe(`<p>(${link("http://a.example")})</p>`);
    expect(plainToHtml("<https://a.example>")).toBe(`<p>&lt;${link("https://a.example")}&gt;</p>`);
    expect(plainToHtml('https://a.example/"onmouseover="x')).toBe(
      `<p>${link("https://a.example/")}&quot;onmouseover=&quot;x</p>`,
    );
    expect(plainToHtml("javascript:alert(1)")).toBe("<p>javascript:alert(1)</p>");
  });

  test("comes back as it was", () => {
    for (const text of ["one\ntwo\n\nthree", "a < b & c > d", "&lt;b&gt; &amp;amp;", "see https://a.example/x"]) {
      expect(htmlToText(plainToHtml(text))).toBe(text);
      expect(htmlToText(sanitizeHtml(plainToHtml(text)))).toBe(text);
    }
  });

  // What takes more than linear time would run into the time-out of the test.
  test("comes to an end, whatever is typed", () => {
    for (const text of [
      `http://${".".repeat(100_000)}x`,
      "http://".repeat(20_000),
      "\n".repeat(100_000),
      `a${" ".repeat(100_000)}b`,
      "&".repeat(50_000),
    ]) {
      expect(htmlToText(plainToHtml(text))).toBe(text.trim());
    }
  });
});

test("text of HTML has a line for each block and none of what runs", () => {
  expect(
    htmlToText(
      "<h1>Hi</h1><p>one<br>two</p><ul><li>a</li><li>b &amp; c</li></ul><script>alert(1)</script><style>p{}</style>",
    ),
  ).toBe("Hi\n\none\ntwo\n\n- a\n- b & c");
  expect(htmlToText("<OL><li>a<ul><li>x</li></ul></li><li><p>b</p></li></OL><ol><li>c</li></ol></ol><li>d</li>")).toBe(
    "1. a\n- x\n\n2. b\n\n1. c\n\n- d",
  );
  expect(htmlToText("<p>&lt;script&gt;&nbsp;x&#39;&#x41;</p>")).toBe("<script> x'A");
});

test("a link says its address where no more than the beginning of it is missing", () => {
  const said: [string, string][] = [
    ["https://help.example/a?b=1&amp;c=2", "help.example/a?b=1&amp;c=2"],
    ["https://Help.example/", "http://help.example"],
    ["mailto:ana@client.example", "ana@client.example"],
    ["tel:+15125550139", "+1 (512) 555-0139"],
  ];
  for (const [href, words] of said) expect([words, saysAddress(href, words)]).toEqual([words, true]);
  const unsaid: [string, string][] = [
    ["https://evil.example/", "https://help.example/"],
    ["mailto:ana@client.example", "Ana"],
    ["tel:+15125550139", "call us"],
  ];
  for (const [href, words] of unsaid) expect([words, saysAddress(href, words)]).toEqual([words, false]);
});

test("escaping covers attributes too", () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});

describe("the beginning of a long text", () => {
  test("is cut between letters, with what stands open closed", () => {
    const html = `<p>Half <strong>a&amp;b ${"x".repeat(40)}</strong></p><p>gone</p>`;
    expect(beginningOf(html, 8)).toBe("<p>Half <strong>a&amp;b…</strong></p>");
    expect(beginningOf(`<p>${"😀".repeat(20)}</p>`, 3)).toBe("<p>😀😀😀…</p>");
  });

  test("is nothing where there is not much more: a little is shown at once", () => {
    expect(beginningOf(`<p>${"x".repeat(105)}</p>`, 100)).toBeNull();
    expect(beginningOf(`<p><strong>${"x".repeat(20)}</strong>${"<em></em>".repeat(50)}</p>`, 100)).toBeNull();
  });

  test("counts lines, too", () => {
    const lines = beginningOf("<ul>" + "<li>a</li>".repeat(200) + "</ul>", 410) ?? "";
    expect([lines.match(/<li>/g)?.length, lines.endsWith("</ul>")]).toEqual([11, true]);
  });

  test("of a text without an end takes no time", () => {
    const html = `<p>${"<b>x".repeat(50_000)}`;
    expect(beginningOf(html, 1000)?.length).toBeLessThan(20_000);
  });
});
