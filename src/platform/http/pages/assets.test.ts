import { expect, test } from "bun:test";
import { assetAnswer } from "./assets.ts";

test("scripts and styles go packed to browsers that take that, and are the same file", async () => {
  const plain = await assetAnswer("styles.css");
  const packed = await assetAnswer("styles.css", "gzip, deflate, br");
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(packed.headers.get("vary")).toBe("accept-encoding");
  const bytes = new Uint8Array(await packed.arrayBuffer());
  expect(bytes.length).toBeLessThan(40_000);
  expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(await plain.text());
});

test("the typeface comes from here, each file of it that the styles name", async () => {
  const styles = await (await assetAnswer("styles.css")).text();
  const named = [...styles.matchAll(/url\(\/assets\/(fonts\/[^?)]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(1);
  for (const name of named) expect((await assetAnswer(name)).headers.get("content-type")).toBe("font/woff2");
});

test("drawings go as they are, and nothing outside the folder goes at all", async () => {
  expect((await assetAnswer("icon.svg", "gzip")).headers.get("content-encoding")).toBeNull();
  expect((await assetAnswer("../../../package.json", "gzip")).status).toBe(404);
  expect((await assetAnswer("nothing.css", "gzip")).status).toBe(404);
});
