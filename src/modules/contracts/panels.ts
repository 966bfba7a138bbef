import { can } from "../../platform/access/actor.ts";
import { reach, wholeShape } from "../../platform/access/reach.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { empty, formatMinutes, link } from "../../platform/http/pages/cells.ts";
import { tableModel } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import { hoursBadge } from "./coverage.ts";
import { hoursLeft } from "./hours.ts";
import { contractList, soonDays, soonUntil } from "./lists.ts";

const most = 10;

/** What the module shows on the pages of others. */
export const panels: Panel[] = [
  {
    page: "dashboard",
    order: 40,
    permission: "contracts.write",
    load: async (ctx) => {
      const some = await ctx.db.selectFrom("contracts").select("id").limit(1).executeTakeFirst();
      return {
        kind: "step",
        title: t("Make the first contract"),
        text: t("A monthly fee, prepaid hours with a rate beyond them, or work by the hour."),
        href: "/contracts/new",
        is_done: some !== undefined,
      };
    },
  },
  {
    page: "company",
    order: 30,
    permission: "contracts.read",
    load: async (ctx, { id }) => {
      const shape = wholeShape(ctx, "contracts of a company", "contracts");
      const rows = await runOnceBuilt(ctx, shape, { id }, (given) =>
        contractList
          .query(ctx)
          .where("contracts.company_id", "=", given.id)
          .where("contracts.archived_at", "is", null)
          .orderBy("contracts.status")
          .orderBy("contracts.name")
          .limit(most),
      );
      const columns = contractList.columns.filter((column) => column.key !== "company");
      const models: PanelModel[] = [];
      for (const row of rows.filter((one) => one.status === "active")) {
        const hours = await hoursLeft(ctx, row.id);
        if (hours.buckets.length === 0) continue;
        models.push({
          kind: "stat",
          label: t("Hours left, {name}", { name: row.name }),
          value: formatMinutes(hours.left_minutes),
          hint: t("{used} of {total} used", {
            used: formatMinutes(hours.used_minutes),
            total: formatMinutes(hours.total_minutes),
          }),
          tone: hoursBadge(hours).tone,
          href: `/contracts/${row.id}`,
          icon: "contract",
        });
      }
      models.push({
        kind: "section",
        id: "contracts",
        title: t("Contracts"),
        actions: can(ctx.actor, "contracts.write")
          ? [link(t("New contract"), `/contracts/new?company_id=${id}`, "plus")]
          : [],
        table: tableModel(ctx, { ...contractList, columns }, rows, "name", null),
        empty: empty("contract", t("No contract"), t("Work for this company is billed by the hour.")),
        more_url: rows.length === most ? `/contracts?company=${id}` : "",
        more_label: t("All contracts"),
      });
      return models;
    },
  },
  {
    page: "dashboard",
    order: 60,
    permission: "contracts.write",
    load: async (ctx) => {
      const row = await reach(ctx, "contracts")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("status", "=", "active")
        .where("end_date", "<=", soonUntil(ctx))
        .executeTakeFirst();
      const count = Number(row?.count ?? 0);
      if (count === 0) return null;
      return {
        kind: "stat",
        label: t("Contracts ending soon"),
        value: String(count),
        hint: t("Within {count} days", { count: soonDays }),
        tone: "warning",
        href: "/contracts?ending=soon&sort=end_date",
        icon: "contract",
      };
    },
  },
  {
    page: "dashboard",
    order: 93,
    permission: "contracts.write",
    load: async () => ({ kind: "action", ...link(t("New contract"), "/contracts/new", "contract") }),
  },
  {
    page: "settings",
    order: 42,
    permission: "contracts.write",
    load: async () => ({
      kind: "card",
      group: t("Money"),
      title: t("Rate cards"),
      text: t("What an hour of each work type costs."),
      href: "/rate-cards",
      icon: "tag",
    }),
  },
];
