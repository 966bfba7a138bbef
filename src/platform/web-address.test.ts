import { expect, test } from "bun:test";
import { webAddress } from "./web-address.ts";

test("a web address gets the https:// that people leave out, and is otherwise kept as it was typed", () => {
  const kept: [typed: string, address: string][] = [
    [" acme.example ", "https://acme.example"],
    ["www.acme.example/about?x=1#y", "https://www.acme.example/about?x=1#y"],
    ["acme.example:8443/x", "https://acme.example:8443/x"],
    ["HTTP://Acme.example", "HTTP://Acme.example"],
    ["http://intranet/wiki", "http://intranet/wiki"],
    ["münchen.example", "https://münchen.example"],
  ];
  expect(kept.map(([typed]) => [typed, webAddress(typed)] as [string, string | null])).toEqual(kept);
});

test("what a page must not link to, and what is no address, is none", () => {
  const none = [
    "javascript:alert(1)",
    "javascript://x.example/%0aalert(1)",
    "JavaScript:alert(document.domain)//x.example",
    "data:text/html,x.example",
    "vbscript:x.example",
    "ftp://x.example",
    "mailto:info@acme.example",
    "info@acme.example",
    "https://user:secret@acme.example",
    "call us",
    "acme . example",
    "localhost",
    "acme.",
    ".example",
    "https://",
    'https://a.example/"><script>',
    "",
  ];
  expect(none.filter((typed) => webAddress(typed) !== null)).toEqual([]);
});
