import { find, maybeFind } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { customFacts } from "../../../platform/custom-fields/show.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, facts, formatInstant } from "../../../platform/http/pages/cells.ts";
import type { PortalTicketModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { contactName } from "../../companies/index.ts";
import { conversationOf } from "../../tickets/index.ts";
import { ticketBadge } from "../rules.ts";

/** One request as its client sees it: what was said in public, never what the team writes to itself or how long it took. */
export async function ticketPage(
  ctx: Ctx,
  id: string,
  typed: { body: string; failure: Failure } | null = null,
): Promise<Answer> {
  const ticket = await find(ctx, "tickets", id);
  const [status, asker, assignee, custom, notes] = await Promise.all([
    find(ctx, "ticket_statuses", ticket.status_id),
    maybeFind(ctx, "contacts", ticket.contact_id),
    // Users are out of a client's reach; of who looks after a ticket the name is for everybody.
    ticket.assigned_to_id === null
      ? undefined
      : ctx.db.selectFrom("users").select("name").where("id", "=", ticket.assigned_to_id).executeTakeFirst(),
    customFacts(ctx, "tickets", ticket.custom_fields, { onlyPortal: true, onlyFilled: true }),
    conversationOf(ctx, ticket, { base: "/portal/tickets" }),
  ]);
  const model: PortalTicketModel = {
    number: `#${ticket.ticket_number}`,
    title: ticket.title,
    status: ticketBadge(status),
    back: { label: t("All requests"), href: "/portal/tickets" },
    facts: [
      facts(t("Request"), [
        [t("Number"), cell.text(`#${ticket.ticket_number}`)],
        [t("Asked"), cell.text(formatInstant(ticket.created_at, ctx.tenant))],
        [t("By"), cell.person(asker === undefined ? null : contactName(asker))],
        [t("Looked after by"), cell.person(assignee?.name)],
        [t("Done"), ticket.closed_at === null ? cell.nothing : cell.text(formatInstant(ticket.closed_at, ctx.tenant))],
      ]),
      ...custom,
    ],
    notes,
    live: { topic: `tickets/${id}`, url: `/portal/tickets/${id}` },
    composer: {
      action: `/portal/tickets/${id}/notes`,
      csrf: "",
      version: "",
      kind: "public",
      body: typed?.body ?? "",
      error: typed?.failure.message ?? "",
      recipients:
        ticket.closed_at === null
          ? t("Goes to {name}", { name: ctx.tenant.name })
          : t("This request is done; an answer opens it again."),
      fields: [],
      file_hint: t("up to 50 MB each"),
      submit_label: t("Send"),
    },
    actions: [],
  };
  return page("portal/ticket", ticket.title, model, typed?.failure.status ?? 200);
}
