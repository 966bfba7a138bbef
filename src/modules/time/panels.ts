import type { Ctx } from "../../platform/context.ts";
import { formatMinutes, link } from "../../platform/http/pages/cells.ts";
import type { TimerModel } from "../../platform/http/models/layouts.ts";
import { t } from "../../platform/language/index.ts";
import type { Panel } from "../../platform/module.ts";
import { activeTimer, minutesLogged, mondayOf, today, unbilledMinutes } from "./queries.ts";

/** What the module shows on the pages of others. */
export const panels: Panel[] = [
  {
    page: "dashboard",
    order: 40,
    permission: "time.write",
    load: async (ctx, { id }) => {
      if (id === "") return null;
      const day = today(ctx);
      const week = await minutesLogged(ctx, id, mondayOf(day), day);
      const value = formatMinutes(await minutesLogged(ctx, id, day, day));
      return {
        kind: "stat",
        label: t("My time today"),
        value,
        hint: t("{duration} this week", { duration: formatMinutes(week) }),
        tone: "",
        href: "/time?technician=me",
        icon: "clock",
      };
    },
  },
  {
    page: "dashboard",
    order: 92,
    permission: "time.write",
    load: async () => ({ kind: "action", ...link(t("Log time"), "/time/new", "clock") }),
  },
  {
    page: "company",
    order: 40,
    permission: "time.read",
    load: async (ctx, { id }) => {
      const value = formatMinutes(await unbilledMinutes(ctx, id));
      return {
        kind: "stat",
        label: t("Unbilled time"),
        value,
        hint: t("Billable, on no invoice yet"),
        tone: "",
        href: `/time?company=${id}&billing=not_billed&billable=yes`,
        icon: "clock",
      };
    },
  },
  {
    page: "settings",
    order: 40,
    permission: "time.configure",
    load: async () => [
      {
        kind: "card",
        group: t("Money"),
        title: t("Work types"),
        text: t("Kinds of work, and whether they are billed."),
        href: "/settings/work-types",
        icon: "briefcase",
      },
      {
        kind: "card",
        group: t("Money"),
        title: t("Rounding of time"),
        text: t("The step and the minimum that time is billed by."),
        href: "/settings/time-rounding",
        icon: "clock",
      },
    ],
  },
];

/** The running timer, for the frame around every page. */
export async function timerModel(ctx: Ctx): Promise<TimerModel | null> {
  const timer = await activeTimer(ctx);
  if (timer === null) return null;
  const label = timer.ticket_number === null ? t("Timer") : `#${timer.ticket_number}`;
  return { started_at: timer.started_at, label, href: "/timer", stop_url: "/timer/stop" };
}
