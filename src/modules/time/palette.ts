import { can } from "../../platform/access/actor.ts";
import { t } from "../../platform/language/index.ts";
import type { PaletteEntry, PaletteSource } from "../../platform/palette.ts";
import { activeTimer } from "./queries.ts";

/** The timer in the command palette, for the ticket that is open or for none. */
export const timePalette: PaletteSource = async (ctx, { path }) => {
  if (!can(ctx.actor, "time.write")) return [];
  const entry = (label: string, icon: string, href: string): PaletteEntry => ({
    group: "do",
    label,
    icon,
    href,
    is_post: true,
  });
  if ((await activeTimer(ctx)) != null) return [entry(t("Stop timer"), "stop", "/timer/stop")];
  const id = /^\/tickets\/([0-9a-f-]{36})/.exec(path)?.[1];
  return id === undefined
    ? [entry(t("Start timer"), "play", "/timer/start")]
    : [entry(t("Start timer on this ticket"), "play", `/timer/start?ticket_id=${id}`)];
};
