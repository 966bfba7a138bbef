import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { t } from "../../platform/language/index.ts";
import type { PaletteEntry, PaletteSource } from "../../platform/palette.ts";

/** Tickets in the command palette: one by its number, one's own, and what can be done with the one that is open. */
export const ticketPalette: PaletteSource = async (ctx, { text, path }) => {
  if (!can(ctx.actor, "tickets.read")) return [];
  const entries: PaletteEntry[] = [];
  const number = /^#?\s*(\d{1,12})$/.exec(text)?.[1];
  if (number !== undefined) {
    const ticket = await reach(ctx, "tickets")
      .select(["tickets.id", "tickets.ticket_number", "tickets.title"])
      .where("tickets.ticket_number", "=", number)
      .executeTakeFirst();
    if (ticket !== undefined)
      entries.push({
        group: "find",
        label: `#${ticket.ticket_number} ${ticket.title}`,
        icon: "ticket",
        href: `/tickets/${ticket.id}`,
        is_answer: true,
      });
  }
  if (text.startsWith("$"))
    entries.push({ group: "go", label: t("My work"), icon: "inbox", href: "/my-work", is_answer: true });
  const id = /^\/tickets\/([0-9a-f-]{36})/.exec(path)?.[1];
  if (id !== undefined && can(ctx.actor, "tickets.write")) {
    entries.push(
      { group: "do", label: t("Assign this ticket to me"), icon: "user", href: `/tickets/${id}/take`, is_post: true },
      { group: "do", label: t("Edit this ticket"), icon: "pencil", href: `/tickets/${id}/edit` },
    );
  }
  return entries;
};
