import { empty, link } from "../../../platform/http/pages/cells.ts";
import type { ApiIndexModel } from "../../../platform/http/models/reference.ts";
import { t } from "../../../platform/language/index.ts";
import type { Registry } from "../../../platform/registry.ts";
import type { Api } from "../apis.ts";
import { anchorOf, type Operation, operationsOf, shortPath, titleOf, toneOf } from "../operations.ts";

/** All operations under what they belong to; with words in the search box those that have all of them. */
export function overviewModel(api: Api, registry: Registry, words: string): ApiIndexModel {
  const { document } = api.describe(registry);
  const { guide, changelog } = api.reading;
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const all = operationsOf(document);
  const fitting = all.filter(({ method, path, tag, summary, described }) => {
    const text = `${method} ${path} ${tag} ${summary} ${String(described["x-permission"] ?? "")}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const groups = new Map<string, Operation[]>();
  for (const one of fitting) groups.set(one.tag, [...(groups.get(one.tag) ?? []), one]);
  return {
    header: {
      title: t("API"),
      subtitle: t("{count, plural, one {# operation} other {# operations}}. JSON:API 1.1, described by OpenAPI 3.1.", {
        count: all.length,
      }),
      breadcrumbs: [],
      badges: [],
      actions: [
        ...(guide === undefined ? [] : [link(t("Guide"), guide, "book")]),
        ...(changelog === undefined ? [] : [link(t("Changes of the API"), changelog, "clock")]),
        link(t("OpenAPI document"), "/api/v1/openapi.json", "download"),
      ],
    },
    query: words,
    found:
      wanted.length === 0
        ? ""
        : t("{count, plural, one {# operation fits.} other {# operations fit.}}", { count: fitting.length }),
    deprecated: all
      .filter(({ described }) => described["deprecated"] === true)
      .map(({ method, path, described }) => ({ name: `${method} ${path}`, text: String(described["description"]) })),
    groups: [...groups].map(([tag, operations]) => ({
      id: anchorOf(tag),
      title: titleOf(tag),
      count: String(operations.length),
      is_open: wanted.length > 0,
      operations: operations.map(({ method, path, id, summary, described }) => ({
        method,
        tone: toneOf(method),
        path: shortPath(path),
        summary,
        href: `/api/${id}`,
        is_deprecated: described["deprecated"] === true,
      })),
    })),
    empty: empty("search", t("Nothing matches"), t("Try part of a path, a verb, or a permission.")),
  };
}
