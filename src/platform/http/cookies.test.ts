import { expect, test } from "bun:test";
import { parseCookies, portalCookieName, serializeCookie, staffCookieName } from "./cookies.ts";

test("over https the session cookie is secure and cannot be planted by another host", () => {
  const publicUrl = "https://desk.harbor.example";
  expect(staffCookieName(publicUrl)).toBe("__Host-purser");
  expect(serializeCookie(staffCookieName(publicUrl), "ps_1", { publicUrl, maxAgeSeconds: 60 })).toBe(
    "__Host-purser=ps_1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60",
  );
});

test("over plain http it has a plain name, because browsers would refuse the other one", () => {
  const publicUrl = "http://localhost:8080";
  expect(portalCookieName(publicUrl)).toBe("purser_portal");
  expect(serializeCookie(portalCookieName(publicUrl), "ps_1", { publicUrl })).toBe(
    "purser_portal=ps_1; Path=/; HttpOnly; SameSite=Lax",
  );
});

test("an age of zero deletes the cookie", () => {
  expect(serializeCookie("purser_flash", "", { publicUrl: "http://localhost", maxAgeSeconds: 0 })).toEndWith(
    "Max-Age=0",
  );
});

test("a value cannot smuggle in an attribute or a header", () => {
  for (const value of ["a; Domain=example.com", "a\r\nSet-Cookie: b=c", 'a"b', "é"]) {
    expect(() => serializeCookie("purser", value, { publicUrl: "http://localhost" })).toThrow("cannot carry");
  }
  expect(() => serializeCookie("a=b", "c", { publicUrl: "http://localhost" })).toThrow("cannot carry");
});

test("cookies are read, the first of two with the same name", () => {
  expect([...parseCookies('a=1; b="two"; junk; =x; a=3; c=d=e')]).toEqual([
    ["a", "1"],
    ["b", "two"],
    ["c", "d=e"],
  ]);
  expect(parseCookies(null).size).toBe(0);
});
