import { expect, test } from "bun:test";
import { currentTypes, typesPath } from "../scripts/generate/api/types.ts";

/** The client's types are kept in the repository, so that a change of the API shows in its history. */

test("what an attribute holds is said, JSON columns too; unknown is what depends on the field that it is about", () => {
  const unsaid = [...currentTypes().matchAll(/^\s+(\w+)\??: \(?unknown\b/gm)].map(([, name]) => name);
  expect([...new Set(unsaid)].toSorted()).toEqual(["gone", "kept"]);
});

test("the client's types are those of this program: if not, run scripts/generate-api", async () => {
  const kept = await Bun.file(typesPath).text();
  expect(kept === currentTypes() ? "" : `run scripts/generate-api and commit ${typesPath}`).toBe("");
});
