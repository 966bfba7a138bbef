import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { empty, link } from "../../platform/http/pages/cells.ts";
import { tableModel } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import { formatMoney } from "../../platform/money.ts";
import { type InvoiceListRow, invoiceColumns, invoiceRows } from "./lists.ts";
import { openBalances } from "./reports.ts";

const permission = "billing.read";
const most = 10;

const listed = (without: readonly string[]) => ({
  title: t("Invoices"),
  table: "invoices",
  columns: invoiceColumns.filter((column) => !without.includes(column.key)),
  href: (row: InvoiceListRow) => `/invoices/${row.id}`,
});

/** What the module shows on the pages of others. */
export const panels: Panel[] = [
  {
    page: "dashboard",
    order: 60,
    permission: "billing.approve",
    load: async (ctx) => {
      const sent = await ctx.db
        .selectFrom("invoices")
        .select("id")
        .where("sent_at", "is not", null)
        .limit(1)
        .executeTakeFirst();
      return {
        kind: "step",
        title: t("Send your first invoice"),
        text: t("Run the billing of a month, look the drafts over, approve and send them."),
        href: "/billing/run",
        is_done: sent !== undefined,
      };
    },
  },
  {
    page: "dashboard",
    order: 61,
    permission,
    load: async (ctx) => {
      const stats: PanelModel[] = [];
      for (const { currency, open, overdue, overdue_count } of await openBalances(ctx)) {
        const money = (minor: number): string => formatMoney(minor, currency, ctx.tenant.locale);
        stats.push({
          kind: "stat",
          label: t("Open balance"),
          value: money(open),
          hint: t("On invoices that are not paid"),
          tone: "",
          href: "/invoices?view=open",
          icon: "invoice",
        });
        if (overdue > 0) {
          stats.push({
            kind: "stat",
            label: t("Overdue"),
            value: money(overdue),
            hint:
              overdue_count === 1
                ? t("One invoice past its due date")
                : t("{count, plural, one {# invoice past its due date} other {# invoices past their due dates}}", {
                    count: overdue_count,
                  }),
            tone: "warning",
            href: "/billing/aging",
            icon: "alert",
          });
        }
      }
      return stats;
    },
  },
  {
    page: "dashboard",
    order: 62,
    permission: "billing.approve",
    load: async (ctx) => {
      // Found first and named then: joined to their companies, SQLite looks at all invoices of every company for them.
      const oldest = reach(ctx, "invoices")
        .select("invoices.id")
        .where("invoices.status", "=", "draft")
        .orderBy("invoices.created_at")
        .limit(most);
      const drafts = await invoiceRows(ctx).where("invoices.id", "in", oldest).orderBy("invoices.created_at").execute();
      if (drafts.length === 0) return null;
      return {
        kind: "section",
        id: "invoice-drafts",
        title: t("Drafts to approve"),
        actions: [link(t("Approve and send"), "/billing/review", "check")],
        table: tableModel(ctx, listed(["status", "invoice_date", "due_date", "balance_due"]), drafts, "company", null),
        empty: empty("invoice", t("No drafts"), t("Every draft is approved.")),
        more_url: "/invoices?view=drafts",
        more_label: t("All drafts"),
      };
    },
  },
  {
    page: "dashboard",
    order: 93,
    permission: "billing.write",
    load: async () => ({ kind: "action", ...link(t("New invoice"), "/invoices/new", "invoice") }),
  },
  {
    page: "company",
    order: 60,
    permission,
    load: async (ctx, { id }) => {
      const [balance, ...others] = await openBalances(ctx, id);
      const value =
        balance === undefined
          ? formatMoney(0, ctx.tenant.currency, ctx.tenant.locale)
          : [balance, ...others]
              .map(({ currency, open }) => formatMoney(open, currency, ctx.tenant.locale))
              .join(" + ");
      const isLate = (balance?.overdue ?? 0) > 0 || others.some((other) => other.overdue > 0);
      return {
        kind: "stat",
        label: t("Open balance"),
        value,
        hint: isLate ? t("A part of it is overdue") : t("Nothing is overdue"),
        tone: isLate ? "warning" : "",
        href: `/invoices?view=open&company=${id}`,
        icon: "invoice",
      };
    },
  },
  {
    page: "company",
    order: 61,
    permission,
    load: async (ctx, { id }) => {
      const rows = await invoiceRows(ctx)
        .where("invoices.company_id", "=", id)
        .orderBy("invoices.invoice_date", "desc")
        .orderBy("invoices.id", "desc")
        .limit(most)
        .execute();
      const mayWrite = can(ctx.actor, "billing.write");
      return {
        kind: "section",
        id: "invoices",
        title: t("Invoices"),
        actions: mayWrite
          ? [
              link(t("Bill time"), `/invoices/from-time?company_id=${id}`, "clock"),
              link(t("New invoice"), `/invoices/new?company_id=${id}`, "plus"),
            ]
          : [],
        table: tableModel(ctx, listed(["company"]), rows, "invoice_date", null),
        empty: empty("invoice", t("No invoices yet"), t("What this company is billed for appears here.")),
        more_url: rows.length === 0 ? "" : `/invoices?company=${id}`,
        more_label: t("All invoices"),
      };
    },
  },
  {
    page: "settings",
    order: 41,
    permission: "billing.write",
    load: async () => ({
      kind: "card",
      group: t("Money"),
      title: t("Tax rates"),
      text: t("What invoices are taxed by."),
      href: "/settings/tax-rates",
      icon: "invoice",
    }),
  },
];
