import { expect, test } from "bun:test";
import { apiFiles } from "../scripts/generate/api/files.ts";

/** What is generated of the API is kept in the repository, so that a change of the API shows in its history. */

test("the OpenAPI document and the client's types are those of this program: if not, run scripts/generate-api", async () => {
  const stale: string[] = [];
  for (const [path, text] of Object.entries(await apiFiles())) {
    const kept = await Bun.file(path)
      .text()
      .catch(() => "");
    if (kept !== text) stale.push(`${path} is not of this program any more: run scripts/generate-api and commit it`);
  }
  expect(stale).toEqual([]);
});
