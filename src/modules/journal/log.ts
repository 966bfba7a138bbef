import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import { contactOptions } from "../../platform/http/forms/options.ts";
import type { LogModel } from "../../platform/http/models/partials.ts";
import { words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import type { TimelineSubject } from "../../platform/timeline.ts";
import { interactionTypes } from "./schema.ts";

const icons = { call: "phone", meeting: "users", mail: "mail", other: "message" } as const;

/** The line in which a call is written down; null for who may only read. */
export async function logOf(
  ctx: Ctx,
  subject: TimelineSubject,
  typed: Readonly<Record<string, unknown>> = {},
  error = "",
): Promise<LogModel | null> {
  if (!can(ctx.actor, "companies.write")) return null;
  const given = (name: string): string => (typeof typed[name] === "string" ? typed[name] : "");
  const people = subject.table === "companies" ? await contactOptions(ctx, subject.id, t("With …")) : [];
  const chosen = given("interaction_type") || "call";
  return {
    action: `/${subject.table}/${subject.id}/interactions`,
    kinds: interactionTypes.map((value) => ({
      value,
      label: t(words(value)),
      icon: icons[value],
      is_selected: value === chosen,
    })),
    subject: given("subject"),
    minutes: given("duration_minutes"),
    contacts:
      people.length > 1
        ? people.map(({ value, label }) => ({ value, label, is_selected: value === given("contact_id") }))
        : [],
    error,
  };
}
