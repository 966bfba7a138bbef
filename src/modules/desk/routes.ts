import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { plainToHtml } from "../../platform/written-text.ts";
import { choicesOr, formChoices } from "../../platform/http/forms/choices.ts";
import { coerceForm } from "../../platform/http/forms/form.ts";
import { formFailure, type FormValues } from "../../platform/http/forms/model.ts";
import { hasMailServer, mailWaits } from "../../platform/http/pages/mail-sent.ts";
import {
  type Answer,
  fragment,
  type Incoming,
  mostUploadBytes,
  page,
  redirect,
  type Route,
} from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { takeFiles, type TicketRow, updateTicket, withCategory } from "../tickets/index.ts";
import { reply, replyWithFiles } from "./actions.ts";
import { replyNames } from "./composer.ts";
import { detailNames, detailsForm } from "./details.ts";
import { listOf, ticketUrl, walk } from "./neighbours.ts";
import { type Sent, ticketModel } from "./page.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

async function show(ctx: Ctx, incoming: Incoming, sent: Sent | null = null): Promise<Answer> {
  const model = await ticketModel(ctx, idOf(incoming), listOf(incoming), sent);
  return page("tickets/show", `${model.number} ${model.title}`, model, sent?.failure.status ?? 200);
}

/** What fits a field of the details, or for a browser without JavaScript the page with everything written out. */
async function detailChoices(ctx: Ctx, incoming: Incoming, fields: FormValues): Promise<Answer> {
  const id = idOf(incoming);
  const ticket = (await find(ctx, "tickets", id)) as TicketRow;
  const url = ticketUrl(id, listOf(incoming));
  const whole = await detailsForm(ctx, ticket, url, fields, null);
  const model = await ticketModel(ctx, id, listOf(incoming));
  return choicesOr(whole, fields, (details) =>
    page("tickets/show", `${model.number} ${model.title}`, { ...model, details }),
  );
}

/**
 * A change of the details. htmx gets the page and takes out of it what has changed, so that a reply that is being written
 * stays; what could not be saved is said in the form, with the ticket as it stands now.
 */
async function saveDetails(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const choices = formChoices(ctx, fields, (reader) => detailChoices(reader, incoming, fields));
  if (choices !== null) return choices;
  let sent: Sent | null = null;
  try {
    const given = await reading(ctx, (reader) => withCategory(reader, fields));
    const shown = [...detailNames, "subcategory_id"].filter((name) => name in given);
    await perform(ctx, updateTicket, { ...coerceForm(updateTicket.input, given, shown), id: idOf(incoming) });
  } catch (error) {
    sent = { form: "details", fields, failure: formFailure(error) };
  }
  if (incoming.isFragment)
    return reading(ctx, async (reader) =>
      fragment("tickets/show", await ticketModel(reader, idOf(incoming), listOf(incoming), sent)),
    );
  return sent === null
    ? redirect(ticketUrl(idOf(incoming), listOf(incoming)), t("Saved."))
    : reading(ctx, (reader) => show(reader, incoming, sent));
}

async function sendReply(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields, files } = await incoming.form();
  try {
    const input = {
      ...coerceForm(reply.input, fields, replyNames),
      ticket_id: idOf(incoming),
      content: plainToHtml(textOf(fields)),
    };
    const done = await replyWithFiles(ctx, input, await takeFiles(ctx, files));
    const isWaiting = done.note !== null && done.note.note_type !== "internal" && !(await hasMailServer(ctx));
    const replied = isWaiting ? `${t("Reply saved.")} ${mailWaits()}` : t("Reply sent.");
    const said = [
      ...(done.note === null ? [] : [done.note.note_type === "internal" ? t("Note added.") : replied]),
      ...(done.entry === null ? [] : [t("Time logged.")]),
      ...(done.is_status_changed ? [t("Status changed.")] : []),
    ];
    return redirect(ticketUrl(idOf(incoming), listOf(incoming)), said.join(" "), isWaiting ? "warning" : "success");
  } catch (error) {
    const sent: Sent = { form: "composer", fields, failure: formFailure(error) };
    return reading(ctx, (reader) => show(reader, incoming, sent));
  }
}

function textOf(fields: FormValues): string {
  return typeof fields["content"] === "string" ? fields["content"] : "";
}

/** The page of a ticket, the two forms on it, and the way to the next one. */
export const deskRoutes: Route[] = [
  {
    method: "GET",
    path: "/tickets/:id",
    door: "staff",
    permission: "tickets.read",
    handle: (ctx, incoming) => show(ctx, incoming),
  },
  { method: "GET", path: "/tickets/:id/previous", door: "staff", permission: "tickets.read", handle: walk("previous") },
  { method: "GET", path: "/tickets/:id/next", door: "staff", permission: "tickets.read", handle: walk("next") },
  { method: "POST", path: "/tickets/:id", door: "staff", permission: updateTicket.permission, handle: saveDetails },
  {
    method: "POST",
    path: "/tickets/:id/reply",
    door: "staff",
    permission: reply.permission,
    maxBytes: mostUploadBytes,
    handle: sendReply,
  },
];
