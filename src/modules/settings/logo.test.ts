import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const path = "/api/v1/organization/logo";
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const put = (content: string, headers: Record<string, string> = {}) => {
  const attributes = { file_name: "harbor.png", content };
  return t.api("PUT", path, { key, headers, body: { data: { type: "organization_logos", attributes } } });
};
const download = async (): Promise<[number, string]> => {
  const answer = await t.fetch(`${path}/content`, { headers: { authorization: `Bearer ${key}` } });
  return [answer.status, Buffer.from(await answer.arrayBuffer()).toString("base64")];
};

describe("the organization's logo over the API", () => {
  test("is set, read and removed, and worn at the door meanwhile", async () => {
    expect((await download())[0]).toBe(404);
    const set = await put(png);
    expect([set.status, set.body.data.type]).toEqual([200, "organizations"]);
    expect(set.body.data.attributes.logo_file_id).toBeString();
    expect(await download()).toEqual([200, png]);
    expect((await t.fetch("/brand/logo")).headers.get("content-type")).toBe("image/png");
    expect((await t.api("DELETE", path, { key })).status).toBe(204);
    expect((await download())[0]).toBe(404);
    expect((await t.fetch("/brand/logo")).status).toBe(404);
  });

  test("comes as a part of a form, too", async () => {
    const form = new FormData();
    form.set("file", new File([Buffer.from(png, "base64")], "logo.txt"));
    const answer = await t.fetch(path, { method: "PUT", headers: { authorization: `Bearer ${key}` }, body: form });
    expect(answer.status).toBe(200);
    expect(await download()).toEqual([200, png]);
  });

  test("is held to what the page asks of a logo, and to the version that was seen", async () => {
    await put(png);
    const before = await t.api("GET", "/api/v1/organization", { key });
    const refused = async (content: string): Promise<unknown[]> => {
      const { status, body } = await put(content);
      return [status, body.errors[0].source?.pointer, body.errors[0].detail];
    };
    expect(await refused(btoa("<svg onload='alert(1)'/>"))).toEqual([
      422,
      "/data/attributes/file",
      "The logo must be a PNG or JPEG picture.",
    ]);
    const large = Buffer.alloc(2 * 1024 * 1024 + 3, png, "base64").toString("base64");
    expect((await refused(large))[2]).toBe("The logo is larger than 2 MB.");
    expect((await refused("no base64"))[1]).toBe("/data/attributes/content");
    expect((await put(png, { "if-match": '"1"' })).status).toBe(412);
    const stale = await t.api("DELETE", path, { key, headers: { "if-match": '"1"' } });
    expect(stale.status).toBe(412);
    const after = await t.api("GET", "/api/v1/organization", { key });
    expect(after.body.data.attributes).toEqual(before.body.data.attributes);
    const seen = { "if-match": before.headers.get("etag") ?? "" };
    expect((await put(png, seen)).status).toBe(200);
  });
});
