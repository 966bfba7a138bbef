import { cell, empty } from "../../../platform/http/pages/cells.ts";
import { section, type SectionRow } from "../../../platform/http/pages/section.ts";
import type { ApiOperationModel } from "../../../platform/http/models/reference.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import type { OpenApiDocument } from "../../../platform/openapi/document.ts";
import type { Schema } from "../../../platform/openapi/schemas.ts";
import { anchorOf, type Operation, operationsOf, shortPath, titleOf, toneOf } from "../operations.ts";
import { attributesOf, documentSchema, followed, media, sampleBody, wordsOf } from "../schemas.ts";

/** One operation: what it takes and answers, and a form to try it. */

/** A table of cells whose last column, which says what the others are, has the most room. */
function table(id: string, title: string, labels: readonly string[], rows: readonly SectionRow[]): SectionModel {
  const columns = labels.map((label, at) => ({ label, is_main: at === labels.length - 1 }));
  return section({ id, title, columns, rows, empty: empty("search", title, "") });
}

function attributeTable(
  document: OpenApiDocument,
  id: string,
  title: string,
  schema: Schema | undefined,
): SectionModel[] {
  const { all, required } = attributesOf(document, schema);
  if (all.length === 0) return [];
  const noteOf = (name: string, one: Schema): string =>
    [
      id === "input" && required.includes(name) ? t("required") : "",
      one["readOnly"] === true && id !== "input" ? t("read only") : "",
      one["x-permission"] === undefined ? "" : t("needs {permission}", { permission: String(one["x-permission"]) }),
    ]
      .filter((text) => text !== "")
      .join(", ");
  return [
    table(
      id,
      title,
      [t("Attribute"), t("Form"), t("Notes")],
      all.map(([name, one]) => ({
        id: name,
        cells: [cell.text(name), cell.text(wordsOf(document, one)), cell.text(noteOf(name, one))],
      })),
    ),
  ];
}

export function operationModel(
  document: OpenApiDocument,
  { method, path, tag, described }: Operation,
  publicUrl: string,
): ApiOperationModel {
  const parameters = (described["parameters"] as Schema[]).map((one) => followed(document, one));
  const responses = described["responses"] as Record<string, Schema>;
  const [status = "200", success] = Object.entries(responses).find(([code]) => code.startsWith("2")) ?? [];
  const requestBody = described["requestBody"] as Schema | undefined;
  const input = documentSchema(requestBody);
  const body = sampleBody(document, input);
  // What takes no document takes a file, such as a CSV file.
  const [taken = media] =
    input === undefined ? Object.keys((requestBody?.["content"] as Schema | undefined) ?? {}) : [media];
  const curl = [
    `curl -X ${method} '${publicUrl}${path}'`,
    `-H 'Authorization: Bearer YOUR_KEY'`,
    ...(body === "" ? [] : [`-H 'Content-Type: ${media}'`, `-d '${JSON.stringify(JSON.parse(body))}'`]),
  ].join(" \\\n  ");
  return {
    header: {
      title: `${method} ${path}`,
      subtitle: String(described["summary"]),
      breadcrumbs: [
        { label: t("API"), href: "/api" },
        { label: titleOf(tag), href: `/api#${anchorOf(tag)}` },
      ],
      badges: described["deprecated"] === true ? [{ text: t("Deprecated"), tone: "warning" }] : [],
      actions: [],
    },
    siblings: operationsOf(document)
      .filter((one) => one.tag === tag)
      .map((one) => ({
        method: one.method,
        tone: toneOf(one.method),
        path: shortPath(one.path),
        href: `/api/${one.id}`,
        is_current: one.method === method && one.path === path,
      })),
    paragraphs: String(described["description"]).replaceAll("`", "").split("\n\n"),
    curl,
    try_it: {
      method,
      path,
      query: parameters.some((one) => one["name"] === "page") ? "page[size]=5" : "",
      has_body: described["requestBody"] !== undefined,
      body,
      media: taken,
      is_change: method !== "GET",
    },
    sections: [
      ...(parameters.length === 0
        ? []
        : [
            table(
              "parameters",
              t("Parameters"),
              [t("Name"), t("Where"), t("What it does")],
              parameters.map((one) => ({
                id: String(one["name"]),
                cells: [
                  cell.text(String(one["name"])),
                  cell.text(String(one["in"])),
                  cell.text(
                    String(one["description"] ?? wordsOf(document, one["schema"] as Schema)).replaceAll("`", ""),
                  ),
                ],
              })),
            ),
          ]),
      ...attributeTable(document, "input", t("Attributes to send"), input),
      ...attributeTable(
        document,
        "answer",
        t("Attributes of the answer ({status})", { status }),
        documentSchema(success),
      ),
      table(
        "errors",
        t("Errors"),
        [t("Status"), t("Meaning")],
        Object.entries(responses)
          .filter(([code]) => code >= "4")
          .map(([code, one]) => ({
            id: code,
            cells: [cell.text(code), cell.text(String(followed(document, one)["description"]).replaceAll("`", ""))],
          })),
      ),
    ],
  };
}
