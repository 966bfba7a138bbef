import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { customSections } from "../../../platform/custom-fields/form.ts";
import { titledWith } from "../../../platform/database/search.ts";
import { type Failure, invalid } from "../../../platform/errors.ts";
import { downloadOf } from "../../../platform/files/files.ts";
import { plainToHtml } from "../../../platform/written-text.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { coerceForm } from "../../../platform/http/forms/form.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { listFileRoute } from "../../../platform/http/lists/file.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import {
  type Answer,
  type Incoming,
  mostUploadBytes,
  page,
  redirect,
  response,
  type Route,
} from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import {
  addNoteAsClient,
  addNoteWithFiles,
  attachmentOf,
  openTicketAsClient,
  openTicketWithFiles,
  takeFiles,
  tickets,
} from "../../tickets/index.ts";
import { type ClientTicket, clientTickets, nameOf, newsAt } from "../queries.ts";
import { ticketBadge } from "../rules.ts";
import { ticketPage } from "./ticket.ts";
import { typedText } from "./words.ts";

const home = "/portal/tickets";

function ticketList(isClosed: boolean): List<ClientTicket> {
  return {
    title: t("Requests"),
    url: home,

    file: `${home}/export`,
    table: "tickets",
    query: (ctx) => clientTickets(ctx).where("statuses.is_closed", "=", isClosed),
    search: t("Search requests"),
    // In the full-text search stand the team's own notes as well, so numbers, titles and names are all that is looked through.
    match: (query, text, ctx) =>
      query.where(titledWith(ctx, text, { tickets: "tickets.id", contacts: "tickets.contact_id" })),
    columns: [
      {
        key: "ticket_number",
        label: t("Number"),
        is_secondary: true,
        cell: (row) => cell.text(`#${row.ticket_number}`),
      },
      {
        key: "title",
        label: t("Request"),
        sort: { reference: "tickets.title", column: tickets.columns.title },
        cell: (row) => cell.strong(row.title, `${home}/${row.id}`),
      },
      { key: "state", label: t("State"), cell: (row) => cell.badge(ticketBadge(row).text, ticketBadge(row).tone) },
      {
        key: "asked_by",
        label: t("Asked by"),
        permission: "portal.tickets.company",
        cell: (row) => cell.person(nameOf(row)),
      },
      {
        key: "created_at",
        label: t("Asked"),
        is_secondary: true,
        sort: { reference: "tickets.created_at", column: tickets.columns.created_at },
        cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
      },
      {
        key: "news_at",
        label: t("Last news"),
        sort: { reference: "news_at", expression: newsAt, column: tickets.columns.created_at },
        cell: (row, ctx) => cell.instant(row.news_at, ctx.tenant, ctx.app.clock.now()),
      },
    ],
    sort: "-news_at",
    href: (row) => `${home}/${row.id}`,
    actions: () => [link(t("Ask for help"), `${home}/new`, "message", "primary")],
    view: "state",
    tabs: () => [
      { label: t("Open"), href: home, is_current: !isClosed, count: "" },
      { label: t("Done"), href: `${home}?state=done`, is_current: isClosed, count: "" },
    ],
    empty: () =>
      isClosed
        ? empty("check-circle", t("Nothing is done yet"), t("Requests that are finished stand here."))
        : empty(
            "check-circle",
            t("Nothing is open"),
            t("Ask for help, and the answer appears here."),
            link(t("Ask for help"), `${home}/new`, "message", "primary"),
          ),
  };
}

async function newPage(ctx: Ctx, typed: FormValues, failure: Failure | null): Promise<Answer> {
  const model: FormPageModel = {
    header: {
      title: t("Ask for help"),
      subtitle: "",
      breadcrumbs: [{ label: t("Requests"), href: home }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: `${home}/new`,
      values: typed,
      failure,
      submit_label: t("Send"),
      cancel_url: home,
      sections: [
        {
          title: "",
          fields: [
            field("title", t("What is it about?"), { is_required: true, span: 6, max_length: 300 }),
            field("description", t("What happens, and since when?"), { kind: "textarea", span: 6, rows: 8 }),
            field("files", t("Files"), {
              kind: "file",
              span: 6,
              hint: t("A picture of the screen often helps. Up to 50 MB."),
            }),
          ],
        },
        ...(await customSections(ctx, "tickets", typed, { onlyPortal: true, companyId: ctx.actor.company_id })),
      ],
    }),
  };
  return page("forms/index", t("Ask for help"), model, failure?.status ?? 200);
}

async function openNew(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields, files } = await incoming.form();
  try {
    const stored = await takeFiles(ctx, files);
    const { custom_fields } = coerceForm(openTicketAsClient.input, fields, ["custom_fields"]);
    const input = {
      title: typedText(fields, "title"),
      description: plainToHtml(typedText(fields, "description")),
      ...(custom_fields === undefined ? {} : { custom_fields }),
    };
    const ticket = await openTicketWithFiles(ctx, input, stored, openTicketAsClient);
    return redirect(`${home}/${ticket.id}`, t("We have got it, and answer as soon as we can."));
  } catch (error) {
    const failure = asAsked(formFailure(error));
    return reading(ctx, (reader) => newPage(reader, fields, failure));
  }
}

/** What is wrong, in the words of the form: it asks what the request is about, and nowhere for a "title". */
function asAsked(failure: Failure): Failure {
  if (failure.problems.length === 0) return failure;
  return invalid(
    failure.problems.map((problem) =>
      problem.field === "title" && problem.code === "required"
        ? { ...problem, message: t("Say in a few words what it is about.") }
        : problem,
    ),
  );
}

async function reply(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  await reading(ctx, (reader) => find(reader, "tickets", id));
  const { fields, files } = await incoming.form();
  const content = typedText(fields, "content");
  try {
    const stored = await takeFiles(ctx, files);
    const input = { ticket_id: id, content: plainToHtml(content) };
    const note =
      stored.length === 0
        ? await perform(ctx, addNoteAsClient, input)
        : await addNoteWithFiles(ctx, input, stored, addNoteAsClient);
    return redirect(`${home}/${id}#note-${note.id}`, t("Sent."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => ticketPage(reader, id, { body: content, failure }));
  }
}

/** What a client asked for: lists, one request with its conversation, new ones. */
export const ticketPages: Route[] = [
  {
    method: "GET",
    path: home,
    door: "portal",
    permission: null,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, ticketList(incoming.url.searchParams.get("state") === "done")),
  },
  listFileRoute({
    path: `${home}/export`,
    door: "portal",
    permission: null,
    list: (incoming) => ticketList(incoming.url.searchParams.get("state") === "done"),
  }),
  { method: "GET", path: `${home}/new`, door: "portal", permission: null, handle: (ctx) => newPage(ctx, {}, null) },
  { method: "POST", path: `${home}/new`, door: "portal", permission: null, maxBytes: mostUploadBytes, handle: openNew },
  {
    method: "GET",
    path: `${home}/:id`,
    door: "portal",
    permission: null,
    handle: (ctx, incoming) => ticketPage(ctx, incoming.params["id"] ?? ""),
  },
  {
    method: "POST",
    path: `${home}/:id/notes`,
    door: "portal",
    permission: null,
    maxBytes: mostUploadBytes,
    handle: reply,
  },
  {
    method: "GET",
    path: `${home}/:id/attachments/:attachment_id`,
    door: "portal",
    permission: null,
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await downloadOf(ctx, (reader) => attachmentOf(reader, incoming))),
  },
];
