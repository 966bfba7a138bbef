import { inUnit } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import { mailSettings } from "../../src/platform/tenants.ts";
import type { TestTenant } from "./program.ts";

/** Gives an organization a mail server. Nothing goes out by it: no sender runs in a test's program. */
export function setUpMail(tenant: TestTenant): Promise<unknown> {
  return inUnit(tenant.system, (work) =>
    insert(work, mailSettings, {
      host: "127.0.0.1",
      port: 2525,
      security: "none",
      from_name: tenant.tenant.name,
      from_address: `desk@${tenant.host}`,
    }),
  );
}
