import { can } from "../../platform/access/actor.ts";
import type { RowFor } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { field, type FormValues, formModel } from "../../platform/http/forms/model.ts";
import type { ComposerModel } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { contactName } from "../companies/index.ts";
import { mostFiles, statusOptions, type TicketRow, wantsMail } from "../tickets/index.ts";
import { type ActiveTimer, workTypeOptions } from "../time/index.ts";

/** What the composer sends beside the text. */
export const replyNames = ["note_type", "content", "duration", "work_type_id", "is_billable", "status_id"];

const text = (values: FormValues | null, name: string): string =>
  typeof values?.[name] === "string" ? values[name] : "";

/** What a reply is about, as the page around it has read it. */
export interface Answered {
  ticket: TicketRow;
  /** The clock that runs for whoever writes. */
  timer: Promise<ActiveTimer | null>;
  /** Who asked, within reach. */
  contact: Promise<RowFor<"contacts"> | undefined>;
}

/** Where a reply is written; with `typed` and `failure` as it was sent, so that no word is lost. */
export async function composerOf(
  ctx: Ctx,
  { ticket, ...given }: Answered,
  action: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<ComposerModel> {
  const [timer, contact, workTypes, statuses] = await Promise.all([
    given.timer,
    given.contact,
    can(ctx.actor, "time.write") ? workTypeOptions(ctx) : [],
    statusOptions(ctx, ticket.status_id),
  ]);
  const isTimed = timer?.ticket_id === ticket.id;
  const timeFields = can(ctx.actor, "time.write")
    ? [
        field("duration", t("Time"), {
          id: "reply-duration",
          placeholder: "0:15",
          hint: t("For example 15, 1:30 or 1h 30m"),
          max_length: 40,
          value: isTimed ? String(timer.minutes) : "",
        }),
        field("work_type_id", t("Work type"), {
          id: "reply-work-type",
          kind: "select",
          options: workTypes,
          value: timer?.work_type_id ?? "",
        }),
        field("is_billable", t("Billing"), {
          id: "reply-billing",
          kind: "select",
          options: [
            { value: "", label: t("By work type") },
            { value: "true", label: t("Billable") },
            { value: "false", label: t("Not billable") },
          ],
        }),
      ]
    : [];
  const statusField = field("status_id", t("Status"), {
    id: "reply-status",
    kind: "select",
    options: [{ value: "", label: t("Stays as it is") }, ...statuses],
  });
  const form = formModel({
    action,
    sections: [{ title: "", fields: [...timeFields, statusField] }],
    values: typed ?? {},
    failure,
    submit_label: t("Send"),
  });
  const problem =
    failure?.problems.find((one) => one.field === "content" || one.field === "files")?.message ?? form.error;
  return {
    action,
    csrf: "",
    version: "",
    mentions_url: `/tickets/${ticket.id}/mentions`,
    kind: typed === null || text(typed, "note_type") === "public" ? "public" : "internal",
    body: text(typed, "content"),
    error: problem,
    recipients: recipientsOf(ctx, contact),
    fields: form.sections[0]?.fields ?? [],
    file_hint: t("up to {count} files of 50 MB", { count: mostFiles }),
    submit_label: t("Send"),
  };
}

/** Who will read a reply, said before it is sent. */
function recipientsOf(ctx: Ctx, contact: Awaited<Answered["contact"]>): string {
  if (contact === undefined) return t("Nobody gets a mail: the ticket has no contact");
  if (contact.email === null) return t("{name} has no e-mail address", { name: contactName(contact) });
  if (!wantsMail(ctx, "is_reply_mailed", contact))
    return t("{name} wants no mail and reads it in the portal", { name: contactName(contact) });
  return t("To {name} <{email}>", { name: contactName(contact), email: contact.email });
}
