import type { AnyAction } from "../../action.ts";
import { declared, t } from "../../language/index.ts";
import { splitTags, tagName, tagsOf } from "../../tags.ts";
import { field } from "../forms/model.ts";
import type { BulkChoice } from "./bulk.ts";

/** Adding tags to many records and taking them away, by the action that sets them. */
export function tagChoices(entityType: string, action: AnyAction): BulkChoice[] {
  const choice = (
    key: string,
    label: string,
    icon: string,
    change: (present: readonly string[], given: readonly string[]) => string[],
  ): BulkChoice => ({
    key,
    label,
    icon,
    action,
    fields: () => [
      field("tags", t("Tags"), { is_required: true, span: 6, hint: t("Several with commas between them.") }),
    ],
    input: async (typed, id, ctx) => {
      const [present = []] = await tagsOf(ctx, entityType, [id]);
      const tags = change(present, splitTags(typed["tags"] ?? "").map(tagName));
      return tags.toSorted().join() === present.toSorted().join() ? null : { tags };
    },
  });
  return [
    choice("tag", declared("Add tags"), "tag", (present, given) => [...new Set([...present, ...given])]),
    choice("untag", declared("Remove tags"), "minus", (present, given) =>
      present.filter((tag) => !given.includes(tag)),
    ),
  ];
}
