import { listAnswer } from "../../../platform/http/lists/list.ts";
import { redirect, type Route } from "../../../platform/http/route.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { t } from "../../../platform/language/index.ts";
import { deleteTicket, takeTicket } from "../actions/update.ts";
import { ticketList } from "../lists.ts";
import { myWorkPage } from "./my-work.ts";

/** The list of tickets, my own ones, and the buttons that need no form. */
export const listPages: Route[] = [
  {
    method: "GET",
    path: "/tickets",
    door: "staff",
    permission: "tickets.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, ticketList),
  },
  { method: "GET", path: "/my-work", door: "staff", permission: "tickets.read", handle: (ctx) => myWorkPage(ctx) },
  buttonRoute("/tickets/:id/take", takeTicket, (incoming) =>
    redirect(`/tickets/${incoming.params["id"] ?? ""}`, t("The ticket is yours.")),
  ),
  buttonRoute(
    "/tickets/:id/delete",
    deleteTicket,
    () => redirect("/tickets", t("Ticket deleted.")),
    (incoming) => `/tickets/${incoming.params["id"] ?? ""}`,
  ),
];
