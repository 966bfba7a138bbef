import { expect, test } from "bun:test";
import { tags } from "../tags.ts";
import { col, table, tableNamed } from "./columns.ts";

test("a column that means something else in another table is refused", () => {
  expect(tags.columns.version.kind).toBe("integer");
  expect(() => table("parcels", { version: col.text() }, { readPermission: "staff" })).toThrow(
    "column version is integer in one table and text in",
  );
});

test("money without the currency that it is counted in is refused", () => {
  expect(() => table("parcels", { postage: col.maybe.money() }, { readPermission: "staff" })).toThrow(
    "parcels.postage is money",
  );
  expect(tableNamed("parcels")).toBeUndefined();
});
