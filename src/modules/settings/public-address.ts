import { parseOrigin } from "../../platform/config/values.ts";
import type { Work } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

/**
 * Refuses an https address that comes over http: from then on browsers keep cookies over https alone, and until that address
 * works nobody could sign in, the one who would take it back included. Local names are an exception browsers make. At the
 * command line (`purser public-url`) anything may be said: that is the way back.
 */
function checkNotShutOut({ tenant, request }: Work, to: URL): void {
  const from = URL.parse(request.origin);
  if (to.protocol !== "https:" || tenant.public_url.startsWith("https://")) return;
  if (from?.protocol !== "http:" || /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(from.hostname)) return;
  throw invalidField(
    "public_url",
    t(
      "With https nobody can sign in over http any more, and you are here at {here}. Open Purser at {there} first, and enter the address there.",
      { here: from.origin, there: to.origin },
    ),
  );
}

/**
 * Refuses a public address that is not one: links in mails, the secrets of one-time links among them, and what OAuth calls
 * the issuer begin with it. Where many organizations share the program it is one of this one's own host names, or it could
 * be another's. Answers it as it is kept: `Https://Desk.example.com/#` is `https://desk.example.com`, by which is told whether
 * cookies are for https alone.
 */
export async function checkedPublicAddress(work: Work, given: string | null): Promise<string | null> {
  const url = given === null ? null : URL.parse(given);
  if (url !== null && parseOrigin(url.href) === null)
    throw invalidField("public_url", t("Enter no more than the host name, such as {origin}", { origin: url.origin }));
  if (work.app.edition === "multi") await checkIsOwn(work, url);
  // None: what the operator has configured counts again.
  checkNotShutOut(work, url ?? new URL(work.app.options.publicUrl));
  return url?.origin ?? null;
}

async function checkIsOwn(work: Work, url: URL | null): Promise<void> {
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
