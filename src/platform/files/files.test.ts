import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../context.ts";
import { withSecurityHeaders } from "../http/respond.ts";
import { addFile, downloadOf, type StoredBytes, storeUploads } from "./files.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

async function keep(name: string, type: string, text: string): Promise<StoredBytes> {
  const [stored] = await storeUploads(t.harbor.system, [{ name, type, bytes: new TextEncoder().encode(text) }]);
  if (stored === undefined) throw new Error("nothing was stored");
  return stored;
}

const download = async (stored: StoredBytes): Promise<Response> =>
  withSecurityHeaders(
    t.app,
    await downloadOf(t.harbor.system, async () => ({ sha256: stored.sha256, file_name: stored.name })),
    t.harbor.tenant,
    "id",
  );

test("a file that is too large is refused with how large it may be", async () => {
  const upload = { name: "tickets.csv", type: "text/csv", bytes: new Uint8Array(51 * 1024 * 1024) };
  const refusal = (most?: number): Promise<string> =>
    storeUploads(t.harbor.system, [upload], "file", most).then(
      () => "",
      (error: Error) => error.message,
    );
  expect(await refusal()).toBe("tickets.csv is larger than 50 MB.");
  expect(await refusal(64 * 1024 * 1024)).toBe("");
});

describe("a download", () => {
  test("is saved by the browser and never rendered, whatever it says it is", async () => {
    for (const [name, type, text] of [
      ["page.html", "text/html", "<script>alert(1)</script>"],
      ["picture.svg", "image/svg+xml", "<svg onload='alert(1)'/>"],
      ["plain.txt", "text/plain", "hello"],
    ] as const) {
      const answer = await download(await keep(name, type, text));
      expect(answer.headers.get("content-type")).toBe("application/octet-stream");
      expect(answer.headers.get("content-disposition")).toStartWith(`attachment; filename="${name}"`);
      expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
      expect(await answer.text()).toBe(text);
    }
  });

  test("has its name in the header without anything that a header could break on", async () => {
    const names = new Map([
      ["Łódź 🚢.pdf", `attachment; filename="__d_ __.pdf"; filename*=UTF-8''%C5%81%C3%B3d%C5%BA%20%F0%9F%9A%A2.pdf`],
      [
        'a"b\r\nset-cookie: x.txt',
        `attachment; filename="a_b__set-cookie_ x.txt"; filename*=UTF-8''a_b__set-cookie_%20x.txt`,
      ],
      ["..\\..\\etc/passwd", `attachment; filename="passwd"; filename*=UTF-8''passwd`],
      ["invoice\u202egpj.exe", `attachment; filename="invoicegpj.exe"; filename*=UTF-8''invoicegpj.exe`],
      [
        `${"a".repeat(300)}.txt`,
        `attachment; filename="${"a".repeat(196)}.txt"; filename*=UTF-8''${"a".repeat(196)}.txt`,
      ],
      ["", `attachment; filename="file"; filename*=UTF-8''file`],
    ]);
    for (const [name, header] of names)
      expect((await download(await keep(name, "", "x"))).headers.get("content-disposition")).toBe(header);
  });

  test("of what somebody altered on the disk is refused", async () => {
    const stored = await keep("contract.txt", "text/plain", "pay 100");
    const path = join(t.directory, "files", t.harbor.id, stored.sha256.slice(0, 2), stored.sha256);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(download(stored)).rejects.toThrow();
  });
});

test("a file is a record of its own organization, with who brought it", async () => {
  const ctx = await t.harbor.as("technician");
  const stored = await keep("photo.jpg", "image/jpeg", "not really");
  const id = await inUnit(ctx, (work) => addFile(work, stored));
  const row = await reading(ctx, ({ db }) =>
    db.selectFrom("files").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );
  expect(row).toMatchObject({
    file_name: "photo.jpg",
    file_size: 10,
    mime_type: "image/jpeg",
    uploaded_by_id: ctx.actor.user_id,
    sha256: stored.sha256,
  });
  expect(
    await reading(t.mill.system, ({ db }) => db.selectFrom("files").selectAll().where("id", "=", id).execute()),
  ).toEqual([]);
});
