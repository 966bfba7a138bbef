import { parseOrigin } from "../../platform/config/values.ts";
import type { Work } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

/**
 * Refuses a public address that is not one: links in mails, the secrets of one-time links among them, and what OAuth calls
 * the issuer begin with it. Where many organizations share the program it is one of this one's own host names, or it could
 * be another's.
 */
export async function checkPublicAddress(work: Work, given: unknown): Promise<void> {
  if (given === undefined) return;
  const url = typeof given === "string" ? URL.parse(given) : null;
  if (url !== null && parseOrigin(url.href) === null)
    throw invalidField("public_url", t("Enter no more than the host name, such as {origin}", { origin: url.origin }));
  if (work.app.edition === "single") return;
  const rows = await work.db
    .selectFrom("tenant_domains")
    .select("domain")
    .where("domain_tenant_id", "=", work.tenant.id)
    .orderBy("domain")
    .execute();
  const names = rows.map(({ domain }) => domain);
  if (url === null || !names.includes(url.hostname))
    throw invalidField(
      "public_url",
      t("Choose one of the host names of this organization: {names}", { names: names.join(", ") }),
    );
}
