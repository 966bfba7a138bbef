import { notFound } from "../../platform/errors.ts";
import { cell, empty } from "../../platform/http/cells.ts";
import type { ApiIndexModel, ApiOperationModel } from "../../platform/http/reference-models.ts";
import { page, type Route } from "../../platform/http/route.ts";
import type { BadgeModel, CellModel, SectionModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import type { OpenApiDocument } from "../../platform/openapi/document.ts";
import type { Schema } from "../../platform/openapi/schemas.ts";
import { documentOf } from "./document.ts";

/** The API's reference, from its OpenAPI document: what there is, what each operation takes, and a form to try it. */

interface Operation {
  method: string;
  path: string;
  described: Schema;
}

const operationsOf = (document: OpenApiDocument): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, described })),
  );

const looks: Readonly<Record<string, BadgeModel["tone"]>> = { GET: "info", DELETE: "error", POST: "success" };

const methodCell = (method: string): CellModel => cell.badge(method, looks[method] ?? "warning");

function table(
  id: string,
  title: string,
  labels: readonly string[],
  rows: { id: string; href: string; cells: CellModel[] }[],
): SectionModel {
  return {
    id,
    title,
    actions: [],
    table: {
      id,
      caption: title,
      columns: labels.map((label, at) => ({
        label,
        is_main: at === labels.length - 1,
        sort_url: "",
        direction: "none",
        is_numeric: false,
        is_secondary: false,
      })),
      rows: rows.map((row) => ({ ...row, is_bold: false })),
    },
    empty: empty("search", title, ""),
    more_url: "",
    more_label: "",
  };
}

function indexModel(document: OpenApiDocument, words: string): ApiIndexModel {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const fitting = operationsOf(document).filter(({ method, path, described }) => {
    const text =
      `${method} ${path} ${String(described["summary"])} ${String(described["x-permission"] ?? "")}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const groups = new Map<string, Operation[]>();
  for (const one of fitting) {
    const [tag = ""] = one.described["tags"] as string[];
    groups.set(tag, [...(groups.get(tag) ?? []), one]);
  }
  return {
    header: {
      title: t("API"),
      subtitle: t("{count, plural, one {# operation} other {# operations}}. JSON:API 1.1, described by OpenAPI 3.1.", {
        count: fitting.length,
      }),
      breadcrumbs: [],
      badges: [],
      actions: [
        {
          label: t("Changes of the API"),
          href: "/api/changelog",
          icon: "clock",
          look: "ghost",
          is_post: false,
          confirm: "",
        },
        {
          label: t("OpenAPI document"),
          href: "/api/v1/openapi.json",
          icon: "download",
          look: "ghost",
          is_post: false,
          confirm: "",
        },
      ],
    },
    query: words,
    deprecated: operationsOf(document)
      .filter(({ described }) => described["deprecated"] === true)
      .map(({ method, path, described }) => ({ name: `${method} ${path}`, text: String(described["description"]) })),
    sections: [...groups].map(([tag, operations]) =>
      table(
        `api-${tag.replaceAll(" ", "-")}`,
        (tag.charAt(0).toUpperCase() + tag.slice(1)).replace("Api ", "API "),
        [t("Method"), t("Path"), t("What it does")],
        operations.map(({ method, path, described }) => ({
          id: String(described["operationId"]),
          href: `/api/${String(described["operationId"])}`,
          cells: [methodCell(method), cell.text(path), cell.text(String(described["summary"]))],
        })),
      ),
    ),
  };
}

/** A schema with its references followed, as deep as a page shows it. */
function followed(document: OpenApiDocument, schema: Schema | undefined): Schema {
  const pointer = schema?.["$ref"];
  if (typeof pointer !== "string") return schema ?? {};
  const [, , kind = "", name = ""] = pointer.split("/");
  return document.components[kind]?.[name] ?? {};
}

function propertiesOf(document: OpenApiDocument, schema: Schema | undefined): Record<string, Schema> {
  return (followed(document, schema)["properties"] ?? {}) as Record<string, Schema>;
}

/** What a value looks like, in a line: `string, date-time or null`. */
function wordsOf(document: OpenApiDocument, given: Schema): string {
  const schema = followed(document, given);
  if (Array.isArray(schema["enum"])) return schema["enum"].map(String).join(", ");
  const types = [schema["type"] ?? (schema["anyOf"] === undefined ? "any" : "")].flat().filter((one) => one !== "null");
  const parts = [
    types.join(" / "),
    schema["format"],
    schema["maxLength"] === undefined ? "" : `≤ ${String(schema["maxLength"])}`,
  ];
  const isNullable = [schema["type"]].flat().includes("null");
  return `${parts.filter((part) => part !== "" && part !== undefined).join(", ")}${isNullable ? ` ${t("or null")}` : ""}`;
}

const media = "application/vnd.api+json";

function documentSchema(holder: Schema | undefined): Schema | undefined {
  const content = holder?.["content"] as Record<string, { schema: Schema }> | undefined;
  return content?.[media]?.schema;
}

/** The attributes of what a document holds. */
function attributesOf(
  document: OpenApiDocument,
  schema: Schema | undefined,
): { all: [string, Schema][]; required: string[] } {
  let data = followed(document, propertiesOf(document, schema)["data"]);
  if (Array.isArray(data["anyOf"])) data = followed(document, data["anyOf"][0] as Schema);
  const record = data["type"] === "array" ? followed(document, data["items"] as Schema) : data;
  const attributes = followed(document, propertiesOf(document, record)["attributes"]);
  return {
    all: Object.entries(propertiesOf(document, attributes)),
    required: (attributes["required"] ?? []) as string[],
  };
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
        href: "",
        cells: [cell.text(name), cell.text(wordsOf(document, one)), cell.text(noteOf(name, one))],
      })),
    ),
  ];
}

/** A request document with an example of each attribute that is required. */
function sampleBody(document: OpenApiDocument, schema: Schema | undefined): string {
  if (schema === undefined) return "";
  const data = propertiesOf(document, schema)["data"];
  const { all, required } = attributesOf(document, schema);
  const attributes = Object.fromEntries(
    all.filter(([name]) => required.includes(name)).map(([name, one]) => [name, sample(one)]),
  );
  const { type } = propertiesOf(document, data);
  return JSON.stringify({ data: { type: type?.["const"], attributes } }, null, 2);
}

function sample(schema: Schema): unknown {
  const [first] = (schema["enum"] ?? []) as unknown[];
  if (first !== undefined) return first;
  const format = String(schema["format"] ?? "");
  const byFormat: Readonly<Record<string, string>> = {
    uuid: "0193c2f4-5a6b-7c8d-9e0f-112233445566",
    date: "2026-11-21",
    "date-time": "2026-11-21T09:00:00Z",
    email: "name@example.com",
    money: "150.00",
    decimal: "1.5",
    currency: "EUR",
  };
  const type = [schema["type"]].flat()[0];
  return (
    byFormat[format] ??
    ({ integer: 1, boolean: true, array: [] as unknown[], object: {} } as Record<string, unknown>)[String(type)] ??
    "…"
  );
}

function operationModel(
  document: OpenApiDocument,
  { method, path, described }: Operation,
  publicUrl: string,
): ApiOperationModel {
  const parameters = (described["parameters"] as Schema[]).map((one) => followed(document, one));
  const responses = described["responses"] as Record<string, Schema>;
  const [status = "200", success] = Object.entries(responses).find(([code]) => code.startsWith("2")) ?? [];
  const input = documentSchema(described["requestBody"] as Schema | undefined);
  const body = sampleBody(document, input);
  const curl = [
    `curl -X ${method} '${publicUrl}${path}'`,
    `-H 'Authorization: Bearer YOUR_KEY'`,
    ...(body === "" ? [] : [`-H 'Content-Type: ${media}'`, `-d '${JSON.stringify(JSON.parse(body))}'`]),
  ].join(" \\\n  ");
  return {
    header: {
      title: `${method} ${path}`,
      subtitle: String(described["summary"]),
      breadcrumbs: [{ label: t("API"), href: "/api" }],
      badges: described["deprecated"] === true ? [{ text: t("Deprecated"), tone: "warning" }] : [],
      actions: [],
    },
    paragraphs: String(described["description"]).replaceAll("`", "").split("\n\n"),
    curl,
    try_it: {
      method,
      path: path.replaceAll("/{", "/{"),
      query: parameters.some((one) => one["name"] === "page") ? "page[size]=5" : "",
      has_body: described["requestBody"] !== undefined,
      body,
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
                href: "",
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
            href: "",
            cells: [cell.text(code), cell.text(String(followed(document, one)["description"]).replaceAll("`", ""))],
          })),
      ),
    ],
  };
}

export const referencePages: Route[] = [
  {
    method: "GET",
    path: "/api",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const model = indexModel(documentOf(ctx.app.registry), incoming.url.searchParams.get("q") ?? "");
      return page("reference/index", model.header.title, model);
    },
  },
  {
    method: "GET",
    path: "/api/:operation",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const document = documentOf(ctx.app.registry);
      const found = operationsOf(document).find(
        ({ described }) => described["operationId"] === incoming.params["operation"],
      );
      if (found === undefined) throw notFound();
      const model = operationModel(document, found, ctx.tenant.public_url);
      return page("reference/show", model.header.title, model);
    },
  },
];
