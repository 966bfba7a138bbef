import { sql } from "kysely";
import { can } from "../../../platform/access/actor.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, empty, formatDate, link, whenOf } from "../../../platform/http/pages/cells.ts";
import type { WhenModel } from "../../../platform/http/models/partials.ts";
import type { PortalHomeModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { formatMoney } from "../../../platform/money.ts";
import { portalHours } from "../../contracts/index.ts";
import { takesPayments } from "../../payments/index.ts";
import {
  type ClientInvoice,
  clientInvoices,
  type ClientTicket,
  clientTickets,
  type LastWord,
  lastWords,
  nameOf,
} from "../queries.ts";
import { invoiceBadge, isPayable, ticketBadge } from "../rules.ts";
import { today } from "./words.ts";

const mostTickets = 8;
const mostInvoices = 5;

async function home(ctx: Ctx): Promise<Answer> {
  const company = await ctx.db
    .selectFrom("companies")
    .select("name")
    .where("id", "=", ctx.actor.company_id ?? "")
    .executeTakeFirstOrThrow();
  // What waits for the client comes first: nothing goes on there without them.
  const tickets = await clientTickets(ctx)
    .where("statuses.is_closed", "=", false)
    .orderBy(sql`case when statuses.waiting_on = 'client' then 0 else 1 end`)
    .orderBy("news_at", "desc")
    .orderBy("tickets.id", "desc")
    .limit(mostTickets)
    .execute();
  const words = await lastWords(
    ctx,
    tickets.map(({ id }) => id),
  );
  const open = (
    await clientInvoices(ctx)
      .where("invoices.balance_due", ">", 0)
      .orderBy("invoices.due_date")
      .orderBy("invoices.id")
      .execute()
  ).filter(isPayable);
  const canPay = await takesPayments(ctx);
  const model: PortalHomeModel = {
    greeting: t("Hello {name}", { name: ctx.actor.name.split(" ")[0] ?? "" }).trim(),
    text:
      ctx.tenant.brand.welcome === ""
        ? t("{name} · looked after by {organization}", { name: company.name, organization: ctx.tenant.name })
        : ctx.tenant.brand.welcome,
    actions: [link(t("Ask for help"), "/portal/tickets/new", "message", "primary")],
    hours: await portalHours(ctx),
    balance: can(ctx.actor, "portal.invoices") ? balanceOf(ctx, open, canPay) : null,
    tickets: tickets.map((ticket) => ({
      href: `/portal/tickets/${ticket.id}`,
      number: `#${ticket.ticket_number}`,
      title: ticket.title,
      status: ticketBadge(ticket),
      last: lastOf(ctx, ticket, words.get(ticket.id)),
    })),
    tickets_url: "/portal/tickets",
    tickets_empty: empty("check-circle", t("Nothing is open"), t("Everything you asked for is done.")),
    invoices: open.slice(0, mostInvoices).map((invoice) => ({
      href: `/portal/invoices/${invoice.id}`,
      number: invoice.invoice_number ?? "",
      amount: formatMoney(invoice.balance_due, invoice.currency, ctx.tenant.locale),
      status: invoiceBadge(invoice, today(ctx)),
      detail: t("due {date}", { date: formatDate(invoice.due_date, ctx.tenant) }),
      pay: canPay ? button(t("Pay"), `/portal/invoices/${invoice.id}/pay`) : null,
    })),
    invoices_url: "/portal/invoices",
  };
  return page("portal/home", t("Home"), model);
}

/** Who said the last on a request, and when: an answer, more of the client's own, or what was asked. */
function lastOf(ctx: Ctx, ticket: ClientTicket, word: LastWord | undefined): WhenModel {
  const at = word?.at ?? ticket.created_at;
  return whenOf(ctx, at, (said) => {
    const when = said(at);
    if (word === undefined) {
      const name = nameOf(ticket);
      if (ticket.contact_id === ctx.actor.contact_id) return t("you asked {when}", { when });
      return name === null ? t("opened {when}", { when }) : t("{name} asked {when}", { name, when });
    }
    if (word.is_own) return t("you wrote {when}", { when });
    const name = word.author === "" ? ctx.tenant.name : word.author;
    return word.is_client ? t("{name} wrote {when}", { name, when }) : t("{name} answered {when}", { name, when });
  });
}

/** What is owed, by currency, and how much of it is late. */
function balanceOf(ctx: Ctx, open: readonly ClientInvoice[], canPay: boolean): NonNullable<PortalHomeModel["balance"]> {
  const late = open.filter((invoice) => invoice.due_date < today(ctx));
  const [first] = open;
  const href = "/portal/invoices";
  if (first === undefined)
    return {
      value: formatMoney(0, ctx.tenant.currency, ctx.tenant.locale),
      hint: t("Everything is paid."),
      tone: "success",
      pay: null,
      href,
    };
  const hint =
    late.length > 0
      ? late.length === open.length
        ? t("All of it is overdue.")
        : t("{amount} of it is overdue.", { amount: sumOf(ctx, late) })
      : t("The next one is due on {date}.", { date: formatDate(first.due_date, ctx.tenant) });
  const pay =
    canPay && open.length === 1 ? button(t("Pay now"), `/portal/invoices/${first.id}/pay`, "card", "primary") : null;
  return { value: sumOf(ctx, open), hint, tone: late.length > 0 ? "error" : "", pay, href };
}

function sumOf(ctx: Ctx, invoices: readonly ClientInvoice[]): string {
  const sums = new Map<string, number>();
  for (const { currency, balance_due } of invoices) sums.set(currency, (sums.get(currency) ?? 0) + balance_due);
  return [...sums].map(([currency, minor]) => formatMoney(minor, currency, ctx.tenant.locale)).join(" + ");
}

export const homePages: Route[] = [{ method: "GET", path: "/portal", door: "portal", permission: null, handle: home }];
