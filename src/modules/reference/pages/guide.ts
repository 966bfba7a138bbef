import guide from "../../../../docs/api/README.md" with { type: "text" };
import type { ApiGuideModel } from "../../../platform/http/models/reference.ts";
import { page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { blocksOf } from "../markdown.ts";

/** `docs/api/README.md` as it was when this program was built, with this installation's address in its examples. */
export function guideSections(text: string, publicUrl: string): ApiGuideModel["sections"] {
  const [introduction = "", ...parts] = text.replaceAll("$PURSER", publicUrl).split(/^## /m);
  // What only those who work on the program need is left out.
  const sections = parts
    .filter((part) => !part.startsWith("In the repository"))
    .map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return { title: title.trim(), blocks: blocksOf(lines.join("\n")) };
    });
  return [{ title: "", blocks: blocksOf(introduction.replace(/^# .*\n/, "")) }, ...sections].map((section, at) => ({
    ...section,
    id: `guide-${at}`,
  }));
}

export const guidePage: Route = {
  method: "GET",
  path: "/api/guide",
  door: "staff",
  permission: null,
  handle: async (ctx) => {
    const model: ApiGuideModel = {
      header: {
        title: t("Guide"),
        subtitle: t("How one asks, filters, pages, changes, and what errors say."),
        breadcrumbs: [{ label: t("API"), href: "/api" }],
        badges: [],
        actions: [],
      },
      sections: guideSections(guide, ctx.tenant.public_url),
    };
    return page("reference/guide", model.header.title, model);
  },
};
