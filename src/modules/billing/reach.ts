import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { ReachRule } from "../../platform/access/reach.ts";

/**
 * What clients see in the portal: invoices of their own company (to those who may) from the moment they were sent, with lines and payments.
 * Drafts and invoices that are approved but not sent are the organization's own business.
 */
export const billingReach: Readonly<Record<string, ReachRule>> = {
  invoices: (query, ctx) =>
    ctx.actor.kind === "portal" ? query.where(sql<boolean>`invoices.sent_at is not null`) : query,
  invoice_lines: (query, ctx) =>
    ctx.actor.kind === "portal"
      ? query.where(
          sql<boolean>`${can(ctx.actor, "portal.invoices") ? sql`1 = 1` : sql`1 = 0`} and exists (select 1 from invoices where invoices.tenant_id = ${ctx.tenant.id} and invoices.id = invoice_lines.invoice_id
            and invoices.company_id = ${ctx.actor.company_id} and invoices.sent_at is not null)`,
        )
      : query,
};
