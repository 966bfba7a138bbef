import { expect, test } from "bun:test";
import { domainsOf, filterValue, guidText, isAtDomain, memberOf } from "./rules.ts";

test("an id is written as Windows writes it", () => {
  const bytes = Buffer.from("33221100554477668899aabbccddeeff", "hex");
  expect(guidText(bytes)).toBe("00112233-4455-6677-8899-aabbccddeeff");
});

test("nothing in a typed address means anything in a filter", () => {
  expect(filterValue("*)(objectClass=*")).toBe("\\2a\\29\\28objectClass=\\2a");
  expect(filterValue("a\\b\0")).toBe("a\\5cb\\00");
  expect(filterValue("ada@corp.example")).toBe("ada@corp.example");
});

test("an entry is somebody: the mail address before the principal name, in small letters; disabled by the second bit", () => {
  const entry = {
    dn: "CN=Ada,DC=corp,DC=example",
    objectGUID: Buffer.alloc(16, 1),
    userPrincipalName: "ada@corp.example",
    mail: "Ada.Byron@Corp.example",
    displayName: "Ada Byron",
    userAccountControl: "514",
  };
  expect(memberOf(entry)).toMatchObject({ email: "ada.byron@corp.example", name: "Ada Byron", isEnabled: false });
  expect(memberOf({ ...entry, mail: [], userAccountControl: "512" })).toMatchObject({
    email: "ada@corp.example",
    isEnabled: true,
  });
  expect(memberOf({ dn: "CN=Nobody", displayName: "Nobody" })).toBeNull();
});

test("domains are read as people write them, and hold for whole domains only", () => {
  expect(domainsOf("Corp.example, @harbor.example")).toEqual(["corp.example", "harbor.example"]);
  expect(domainsOf("corp")).toBeNull();
  expect(isAtDomain("ada@corp.example", "corp.example harbor.example")).toBe(true);
  expect(isAtDomain("ada@evil-corp.example", "corp.example")).toBe(false);
  expect(isAtDomain("ada@corp.example.evil.example", "corp.example")).toBe(false);
});
