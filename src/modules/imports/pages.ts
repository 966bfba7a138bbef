import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { type Failure, invalidField } from "../../platform/errors.ts";
import { buttonRoute } from "../../platform/http/forms/page.ts";
import { field, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import { listAnswer } from "../../platform/http/lists/list.ts";
import type { FormPageModel } from "../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import type { Transfer } from "../../platform/transfer/definition.ts";
import { isOn } from "../../platform/switches.ts";
import { applyImport, configureImport, undoImport, uploadImport } from "./actions.ts";
import { discardImport } from "./discard.ts";
import { largestBody } from "./file.ts";
import { problemFile } from "./problem-file.ts";
import { modes, previewModel } from "./preview/page.ts";
import { advanceShort, batchOf } from "./run.ts";
import type { ImportMode } from "./rules/index.ts";
import { batchList } from "./list.ts";
import { showResult } from "./result.ts";

const permission = "imports.run";

function uploadPage(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Answer {
  const model: FormPageModel = {
    header: {
      title: t("Import from a CSV file"),
      subtitle: t("You see what would happen before anything is changed."),
      breadcrumbs: [{ label: t("Imports"), href: "/imports" }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: "/imports/new",
      values: typed ?? { mode: "fill_blanks" },
      failure,
      submit_label: t("Check the file"),
      cancel_url: "/imports",
      is_multipart: true,
      sections: [
        {
          title: t("File"),
          hint: t(
            "The first line has to name the columns; they are matched by their names. Exports of ITFlow, Syncro, ConnectWise, Autotask and HaloPSA are recognized. Import companies before their contacts.",
          ),
          fields: [
            field("file", t("CSV file"), {
              kind: "file",
              is_required: true,
              span: 6,
              hint: t("At most 64 MB. Commas, semicolons or tabs; the encoding is found out."),
            }),
            field("target", t("It holds"), {
              kind: "select",
              options: [{ value: "", label: t("Find out by the columns") }, ...targetOptions(ctx)],
            }),
          ],
        },
        {
          title: t("Records that are there already"),
          hint: t("They are recognized by the other system's number, else by name; contacts by e-mail."),
          fields: [field("mode", t("What happens to them"), { kind: "radio", options: modes(), span: 6 })],
        },
      ],
    }),
  };
  return page("forms/index", t("Import"), model, failure?.status ?? 200);
}

/** What somebody may bring in: whatever the person may add by hand as well. */
function targetOptions(ctx: Ctx): { value: string; label: string }[] {
  return [...ctx.app.registry.transfers.values()]
    .filter(({ exportOnly, create }) => exportOnly === null && create !== null)
    .filter((transfer) => isOn(ctx.app, ctx.tenant, transfer.resource) && mayAdd(ctx, transfer))
    .map(({ resource, label }) => ({ value: resource.type, label: t(label) }));
}

function mayAdd(ctx: Ctx, { create }: Transfer): boolean {
  return create !== null && (create.permission === null || can(ctx.actor, create.permission));
}

async function takeUpload(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const form = await incoming.form();
  try {
    const upload = form.files.find((file) => file.field === "file");
    if (upload === undefined || upload.name === "") throw invalidField("file", t("Choose a file first."), "required");
    const { target, mode } = form.fields;
    const batch = await uploadImport(ctx, upload, {
      ...(target === "" || target === undefined ? {} : { target }),
      ...(mode === undefined ? {} : { mode }),
    });
    return redirect(`/imports/${batch.id}`);
  } catch (error) {
    return uploadPage(ctx, form.fields, formFailure(error));
  }
}

async function showBatch(ctx: Ctx, id: string, problem = ""): Promise<Answer> {
  const batch = await reading(ctx, (reader) => batchOf(reader, id));
  if (batch.import_status !== "uploaded") return reading(ctx, (reader) => showResult(reader, batch));
  const model = await previewModel(ctx, batch);
  return page(
    "imports/preview",
    t("Import {file_name}", { file_name: batch.file_name }),
    problem === "" ? model : { ...model, blocked_text: problem },
    problem === "" ? 200 : 422,
  );
}

async function answerPreview(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  const { fields } = await incoming.form();
  const mapping: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(fields)) {
    const column = /^column-(\d+)$/.exec(name)?.[1];
    if (/^(value|create|option):/.test(name) && typeof value === "string") mapping[name] = value;
    if (column !== undefined) mapping[column] = typeof value === "string" && value !== "" ? value : null;
  }
  try {
    await perform(ctx, configureImport, { id, mapping, mode: fields["mode"] as ImportMode });
    if (fields["intent"] !== "apply") return redirect(`/imports/${id}`);
    await perform(ctx, applyImport, { id });
    return await goOn(ctx, id);
  } catch (error) {
    const failure = formFailure(error);
    return showBatch(ctx, id, failure.message);
  }
}

/** Works on a batch, and says how it stands when the page comes back; what has ended it stands on the page itself. */
async function goOn(ctx: Ctx, id: string): Promise<Answer> {
  const here = `/imports/${id}`;
  switch (await advanceShort(ctx, id)) {
    case "applied":
      return redirect(here, t("Import applied. It can be undone here."));
    case "undone":
      return redirect(here, t("Import undone."));
    case "applying":
      return redirect(here, t("The import goes on in the background."), "info");
    case "undoing":
      return redirect(here, t("The import is taken back in the background."), "info");
    default:
      return redirect(here);
  }
}

/** Begins what an action begins with a batch that has been applied, wholly or in part. */
const afterwards = (verb: string, begin: typeof undoImport | typeof applyImport): Route => ({
  method: "POST",
  path: `/imports/:id/${verb}`,
  door: "staff",
  permission,
  handle: async (ctx, incoming) => {
    const id = incoming.params["id"] ?? "";
    await reading(ctx, (reader) => find(reader, "import_batches", id));
    try {
      await perform(ctx, begin, { id });
    } catch (error) {
      return redirect(`/imports/${id}`, formFailure(error).message, "error");
    }
    return goOn(ctx, id);
  },
});

export const importPages: Route[] = [
  {
    method: "GET",
    path: "/imports",
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, batchList),
  },
  {
    method: "GET",
    path: "/imports/new",
    door: "staff",
    permission,
    handle: async (ctx) => uploadPage(ctx, null, null),
  },
  {
    method: "POST",
    path: "/imports/new",
    door: "staff",
    permission,
    maxBytes: largestBody,
    handle: takeUpload,
  },
  {
    method: "GET",
    path: "/imports/:id",
    door: "staff",
    permission,
    isOutsideRead: true,
    handle: (ctx, incoming) => showBatch(ctx, incoming.params["id"] ?? ""),
  },
  { method: "POST", path: "/imports/:id", door: "staff", permission, handle: answerPreview },
  {
    method: "GET",
    path: "/imports/:id/problems",
    door: "staff",
    permission,
    isOutsideRead: true,
    handle: (ctx, incoming) => problemFile(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute(
    "/imports/:id/discard",
    discardImport,
    () => redirect("/imports", t("The file is discarded.")),
    (incoming) => `/imports/${incoming.params["id"] ?? ""}`,
  ),
  afterwards("go-on", applyImport),
  afterwards("undo", undoImport),
];
