import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { Failure, invalidField } from "../../platform/errors.ts";
import type { Upload } from "../../platform/files/files.ts";
import { readBytes } from "../../platform/http/body.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import type { Answer, Incoming, Route } from "../../platform/http/route.ts";
import { resource } from "../../platform/resource.ts";
import { advanceShort } from "./run.ts";
import { applyImport, configureImport, undoImport, uploadImport } from "./actions.ts";
import { discardImport } from "./discard.ts";
import { largestBody } from "./file.ts";
import { productNames, type ProductName } from "./rules/index.ts";
import { importBatches } from "./schema.ts";

export const importResource = resource({
  type: "import_batches",
  table: importBatches,
  permission: "imports.run",
  remove: discardImport,
  sort: "-created_at",
});

/** `POST /contacts/import/{csv | a product}`, which finds out by itself whether the file holds companies or contacts. */
async function importContacts(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const provider = incoming.params["provider"] ?? "";
  if (provider === "csv") return importCsv(ctx, incoming, {});
  const source = productNames.find((name) => name === provider);
  if (source !== undefined) return importCsv(ctx, incoming, { source });
  const known = ["csv", ...productNames].join(", ");
  throw new Failure(404, "not_found", `There is no import of this kind. There are: ${known}.`);
}

/** A file as the body (`text/csv`) or as a form's `file`; `target`, `mode` and `dry_run` in the query. */
async function importCsv(ctx: Ctx, incoming: Incoming, given: { source?: ProductName }): Promise<Answer> {
  const asked = Object.fromEntries(incoming.url.searchParams);
  const { target, mode } = asked;
  const batch = await uploadImport(ctx, await uploadOf(incoming), {
    ...(target === undefined ? {} : { target }),
    ...(mode === undefined ? {} : { mode }),
    ...given,
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
    return { name: "import.csv", type, bytes: await readBytes(incoming.request, largestBody) };
  if (type !== "multipart/form-data")
    throw new Failure(415, "unsupported_media_type", "Send the file as text/csv or as the field file of a form.");
  const upload = (await incoming.form()).files.find((file) => file.field === "file");
  if (upload === undefined) throw invalidField("file", "The form has no file.", "required");
  return upload;
}

const fileInput = [
  { media: "text/csv", schema: Type.String() },
  {
    media: "multipart/form-data",
    schema: Type.Object({ file: Type.String({ contentMediaType: "application/octet-stream" }) }),
  },
];
const common = { mode: Type.String(), dry_run: Type.Union([Type.Literal("true"), Type.Literal("false")]) };

export const importApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/contacts/import/:provider",
    door: "api",
    permission: "imports.run",
    doc: {
      summary: `Bring companies or contacts in from a CSV file: \`csv\`, or an export of ${productNames.map((name) => `\`${name}\``).join(", ")}.`,
      input: fileInput,
      parameters: { target: Type.Union([Type.Literal("companies"), Type.Literal("contacts")]), ...common },
      answer: { one: "import_batches" },
      status: 201,
    },
    maxBytes: largestBody,
    handle: importContacts,
  },
  {
    method: "POST",
    path: "/api/v1/import-batches",
    door: "api",
    permission: "imports.run",
    doc: {
      summary: "Bring records in from a CSV file; `dry_run` only takes the file in and matches its columns.",
      description:
        "Short files are done when the answer comes; of longer ones `import_status` is `applying`, and `done_rows` of `total_rows` says how far they are. An error of Purser's own ends an import as `failed`: it can go on by `apply`, or be taken back by `undo`.",
      input: fileInput,
      parameters: {
        target: Type.String({ description: "The type of the records: `tickets`, `time_entries`, `contracts` …" }),
        ...common,
      },
      answer: { one: "import_batches" },
      status: 201,
    },
    maxBytes: largestBody,
    handle: (ctx, incoming) => importCsv(ctx, incoming, {}),
  },
  {
    method: "PATCH",
    path: "/api/v1/import-batches/:id",
    door: "api",
    permission: "imports.run",
    doc: {
      summary:
        "Say which column is what, by position, and what happens to records that are there; before it is applied.",
      input: { type: "import_batches", attributes: Type.Omit(configureImport.input, ["id"]) },
      answer: { one: "import_batches" },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "import_batches", id)));
      await perform(ctx, configureImport, { ...readDocument(await incoming.json(), importResource.type, id), id });
      return showOne(ctx, importResource, id);
    },
  },
  {
    method: "POST",
    path: "/api/v1/import-batches/:id/apply",
    door: "api",
    permission: "imports.run",
    doc: {
      summary: "Bring the good rows of a file in, or go on with an import that has failed.",
      isInputOptional: true,
      answer: { one: "import_batches" },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "import_batches", id)));
      await perform(ctx, applyImport, { ...(await readVerb(incoming, importResource.type, id)), id });
      await advanceShort(ctx, id);
      return showOne(ctx, importResource, id);
    },
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
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "import_batches", id)));
      await perform(ctx, undoImport, { ...(await readVerb(incoming, importResource.type, id)), id });
      await advanceShort(ctx, id);
      return showOne(ctx, importResource, id);
    },
  },
];
