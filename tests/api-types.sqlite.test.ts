import { expect, test } from "bun:test";
import { currentTypes, typesPath } from "../scripts/generate/api/types.ts";

/** The client's types are kept in the repository, so that a change of the API shows in its history. */

test("the client's types are those of this program: if not, run scripts/generate-api", async () => {
  const kept = await Bun.file(typesPath).text();
  expect(kept === currentTypes() ? "" : `run scripts/generate-api and commit ${typesPath}`).toBe("");
});
