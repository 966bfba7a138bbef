import changelog from "../../../docs/api/changelog.md" with { type: "text" };
import type { ApiChangelogModel } from "../../platform/http/models/reference.ts";
import { page, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { piecesOf } from "./markdown.ts";

/** `docs/api/changelog.md` as it was when this program was built: a heading for each version, and what changed as a list. */
export function changelogVersions(text: string): ApiChangelogModel["versions"] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [version = "", ...lines] = part.split("\n");
      const items = lines.join("\n").split(/^- /m).slice(1);
      return { version: version.trim(), changes: items.map((item) => piecesOf(item.replace(/\s+/g, " ").trim())) };
    });
}

export const changelogPages: Route[] = [
  {
    method: "GET",
    path: "/api/changelog",
    door: "staff",
    permission: null,
    handle: async () => {
      const model: ApiChangelogModel = {
        header: {
          title: t("Changes of the API"),
          subtitle: t("A change that could break a client is announced at least six months before it comes."),
          breadcrumbs: [{ label: t("API"), href: "/api" }],
          badges: [],
          actions: [],
        },
        versions: changelogVersions(changelog),
      };
      return page("reference/changelog", model.header.title, model);
    },
  },
];
