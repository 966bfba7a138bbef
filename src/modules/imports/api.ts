import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { Failure, invalidField, malformed, notFound } from "../../platform/errors.ts";
import { storeUploads, type Upload } from "../../platform/files/files.ts";
import { readBytes } from "../../platform/http/body.ts";
import { showOne } from "../../platform/http/jsonapi.ts";
import { readVerb } from "../../platform/http/jsonapi-document.ts";
import type { Answer, Incoming, Route } from "../../platform/http/route.ts";
import { resource } from "../../platform/resource.ts";
import { advanceShort } from "./run.ts";
import { applyImport, undoImport, uploadImport } from "./actions.ts";
import { importBatches } from "./schema.ts";

export const importResource = resource({
  type: "import_batches",
  table: importBatches,
  permission: "imports.run",
  sort: "-created_at",
});

const largestFile = 21 * 1024 * 1024;
const parameters = new Set(["target", "mode", "dry_run"]);

const providers = new Set(["itflow", "syncro"]);

/** `POST /contacts/import/{csv | itflow | syncro}`: a file as the body (`text/csv`) or as a form's `file`; `target`, `mode` and `dry_run` in the query. */
async function importCsv(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const provider = incoming.params["provider"] ?? "";
  if (provider !== "csv" && !providers.has(provider)) throw notFound("This kind of import");
  const asked = Object.fromEntries(incoming.url.searchParams);
  const unknown = Object.keys(asked).find((name) => !parameters.has(name));
  if (unknown !== undefined) throw malformed(`The parameter ${unknown} is not known here.`, "unknown_parameter");
  const [stored] = await storeUploads(ctx, [await uploadOf(incoming)], "file");
  const { target, mode } = asked;
  const batch = await perform(ctx, uploadImport, {
    file: stored,
    ...(target === undefined ? {} : { target }),
    ...(mode === undefined ? {} : { mode }),
    ...(provider === "csv" ? {} : { source: provider }),
  });
  if (asked["dry_run"] !== "true") {
    await perform(ctx, applyImport, { id: batch.id });
    await advanceShort(ctx, batch.id);
  }
  return showOne(ctx, importResource, batch.id, 201);
}

async function uploadOf(incoming: Incoming): Promise<Upload> {
  const type = (incoming.request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/csv" || type === "text/plain")
    return { name: "import.csv", type, bytes: await readBytes(incoming.request, largestFile) };
  if (type !== "multipart/form-data")
    throw new Failure(415, "unsupported_media_type", "Send the file as text/csv or as the field file of a form.");
  const upload = (await incoming.form()).files.find((file) => file.field === "file");
  if (upload === undefined) throw invalidField("file", "The form has no file.", "required");
  return upload;
}

export const importApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/contacts/import/:provider",
    door: "api",
    permission: "imports.run",
    doc: {
      summary: "Bring companies or contacts in from a CSV file: `csv`, `itflow` or `syncro`.",
      input: [
        { media: "text/csv", schema: Type.String() },
        {
          media: "multipart/form-data",
          schema: Type.Object({ file: Type.String({ contentMediaType: "application/octet-stream" }) }),
        },
      ],
      parameters: {
        target: Type.Union([Type.Literal("companies"), Type.Literal("contacts")]),
        mode: Type.String(),
        dry_run: Type.Union([Type.Literal("true"), Type.Literal("false")]),
      },
      answer: { one: "import_batches" },
      status: 201,
    },
    maxBytes: largestFile,
    handle: importCsv,
  },
  {
    method: "POST",
    path: "/api/v1/import-batches/:id/undo",
    door: "api",
    permission: "imports.run",
    doc: {
      summary: "Take an import back, as far as nothing has been built on it.",
      answer: { one: "import_batches" },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "import_batches", id));
      await perform(ctx, undoImport, { ...(await readVerb(incoming, importResource.type, id)), id });
      await advanceShort(ctx, id);
      return showOne(ctx, importResource, id);
    },
  },
];
