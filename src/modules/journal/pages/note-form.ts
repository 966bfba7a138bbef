import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { columnField, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { formStored, withPresent } from "../../../platform/http/forms/present.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { htmlToPlain, isRewritten, plainToHtml } from "../../../platform/written-text.ts";
import { updateRecordNote } from "../actions.ts";
import { addressOf, noteAddress } from "../models.ts";
import { recordNotes } from "../schema.ts";

/** Changing what a note says. */

const { permission } = updateRecordNote;
const path = "/notes/:id/edit";
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

async function modelOf(
  ctx: Ctx,
  id: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormPageModel> {
  const note = await find(ctx, "record_notes", id);
  const title = t("Edit note");
  const back = `${addressOf(note)}/notes`;
  const { is_pinned, is_alert } = note;
  return {
    header: {
      title,
      subtitle: "",
      breadcrumbs: [{ label: t("Notes and files"), href: back }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: `/notes/${id}/edit`,
      values: typed ?? { content: htmlToPlain(note.content), is_pinned, is_alert },
      version: note.version,
      failure,
      submit_label: t("Save changes"),
      cancel_url: noteAddress(note),
      sections: [
        {
          title: "",
          hint: t("What it said before stays in the audit log."),
          fields: [
            columnField(recordNotes, "content", {
              kind: "textarea",
              rows: 10,
              span: 6,
              mentions_url: `${addressOf(note)}/mentions`,
              hint: t("Lists by - or 1., **bold**, `code`; @ tells a colleague."),
            }),
            columnField(recordNotes, "is_pinned", { label: t("Pin it to the top") }),
            columnField(recordNotes, "is_alert", { label: t("Warn on every ticket") }),
          ],
        },
      ],
    }),
  };
}

async function show(ctx: Ctx, id: string, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const model = await modelOf(ctx, id, typed, failure);
  const form = await withPresent(model.form, typed, failure, async () => (await modelOf(ctx, id, null, null)).form);
  return page("forms/index", model.header.title, { ...model, form }, failure?.status ?? 200);
}

async function save(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = idOf(incoming);
  const before = await reading(ctx, (reader) => find(reader, "record_notes", id));
  const { fields } = await incoming.form();
  const asked = formStored(ctx, fields, (reader, failure) => show(reader, id, fields, failure));
  if (asked !== null) return asked;
  const content = typeof fields["content"] === "string" ? fields["content"] : "";
  const version = Number(fields["version"]);
  try {
    const row = await perform(ctx, updateRecordNote, {
      id,
      ...(isRewritten(content, before.content) ? { content: plainToHtml(content) } : {}),
      is_pinned: fields["is_pinned"] === "true",
      is_alert: fields["is_alert"] === "true",
      ...(Number.isInteger(version) ? { version } : {}),
    });
    return redirect(noteAddress(row), t("Changes saved."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, id, fields, failure));
  }
}

export const noteForm: Route[] = [
  {
    method: "GET",
    path,
    door: "staff",
    permission,
    handle: (ctx, incoming) => show(ctx, idOf(incoming), null, null),
  },
  { method: "POST", path, door: "staff", permission, handle: save },
];
