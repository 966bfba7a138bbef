import { expect, test } from "bun:test";
import { containsAny, editions, tenantMarkers } from "../scripts/lib/build.ts";

test("only the multi-tenant edition's program holds what operators work with", async () => {
  const edition = editions.find(({ isMultiTenant }) => isMultiTenant === MULTI_TENANT);
  expect(await containsAny(edition?.file ?? "", tenantMarkers)).toBe(MULTI_TENANT);
});
