import { can, scopeOf } from "../../platform/access/actor.ts";
import { maybeFind, type ReachReason } from "../../platform/access/reach.ts";
import { t } from "../../platform/language/index.ts";

/** Why somebody sees a ticket or does not: the rules of `reach.ts` in words. */
const ofTicket: ReachReason = async (ctx, row, isSeen) => {
  const { actor } = ctx;
  if (actor.kind === "portal") {
    if (row["company_id"] !== actor.company_id)
      return { rule: "other_company", text: t("The ticket is another company's.") };
    if (row["contact_id"] === actor.contact_id)
      return { rule: "own_request", text: t("The ticket was written by this person.") };
    return isSeen || can(actor, "portal.tickets.company")
      ? { rule: "company", text: t("The ticket is their company's, and their role shows them all of these.") }
      : { rule: "not_own_request", text: t("A colleague's ticket, and their role shows them only their own.") };
  }
  const scope = scopeOf(actor, "tickets.read");
  if (scope === "all") return { rule: "all", text: t("Their roles show them all tickets.") };
  if (row["assigned_to_id"] === actor.user_id)
    return { rule: "assigned", text: t("The ticket is assigned to this person.") };
  if (row["created_by_id"] === actor.user_id)
    return { rule: "opened", text: t("The ticket was opened by this person.") };
  if (!isSeen)
    return scope === "team"
      ? {
          rule: "not_team",
          text: t("The ticket is neither this person's own nor one of their teams', and their roles show no others."),
        }
      : {
          rule: "not_own",
          text: t("The ticket is neither assigned to this person nor opened by them, and their roles show no others."),
        };
  const team = await ctx.db
    .selectFrom("teams")
    .select("name")
    .where("id", "=", String(row["team_id"]))
    .executeTakeFirst();
  return { rule: "team", text: t("The ticket is given to their team {team}.", { team: team?.name ?? "" }) };
};

/** What hangs on a ticket is seen with it; of that, clients never see what the team writes to itself. */
const throughTicket: ReachReason = async (ctx, row, isSeen) => {
  const ticket = await maybeFind(ctx, "tickets", String(row["ticket_id"]));
  if (ticket === undefined)
    return { rule: "ticket_unseen", text: t("It hangs on a ticket that this person does not see.") };
  return isSeen
    ? { rule: "ticket_seen", text: t("It hangs on a ticket that this person sees.") }
    : { rule: "internal", text: t("It is internal, and this person sees only what was written for clients.") };
};

export const ticketReachReasons: Readonly<Record<string, ReachReason>> = {
  tickets: ofTicket,
  ticket_notes: throughTicket,
  ticket_attachments: throughTicket,
};
