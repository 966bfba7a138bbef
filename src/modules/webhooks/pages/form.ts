import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import {
  columnField,
  field,
  formModel,
  type FormValues,
  type Option,
  rowValues,
} from "../../../platform/http/forms/model.ts";
import type { FormPage } from "../../../platform/http/forms/page.ts";
import type { Incoming } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { eventGroup, eventWords } from "../../events/index.ts";
import { home } from "../lists.ts";
import { allOf, moduleOf } from "../rules.ts";
import { webhookEndpoints } from "../schema.ts";

/** Where a webhook goes and what it gets. */

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

export const endpointForm =
  (submit: string): FormPage["form"] =>
  async (ctx, incoming, typed, failure) => {
    const id = idOf(incoming);
    const row = id === "" ? null : await find(ctx, "webhook_endpoints", id);
    const values: FormValues =
      typed ??
      (row === null
        ? { is_active: true, event_names: [] }
        : { ...rowValues(webhookEndpoints, row), event_names: row.event_names });
    return formModel({
      action: incoming.url.pathname,
      values,
      version: row?.version ?? null,
      failure,
      submit_label: submit,
      cancel_url: id === "" ? home : `${home}/${id}`,
      sections: [
        {
          title: t("Where to"),
          fields: [
            columnField(webhookEndpoints, "url", {
              kind: "url",
              span: 6,
              placeholder: "https://example.com/hooks/purser",
              hint: t("A public address. Redirects are not followed."),
            }),
            columnField(webhookEndpoints, "description", { span: 6 }),
            columnField(webhookEndpoints, "is_active"),
          ],
        },
        {
          title: t("What"),
          hint: t(
            "Prices are never sent. What each event says stands in the event catalog. “All of this module” takes in what is added to it later.",
          ),
          fields: [
            columnField(webhookEndpoints, "is_all_events", { span: 6 }),
            field("event_names", t("Events"), {
              kind: "checkboxes",
              span: 6,
              is_narrowable: true,
              needless_with: "is_all_events",
              options: eventOptions(ctx),
            }),
          ],
        },
      ],
    });
  };

/** Every event under the module that tells it, and before them all of the module at once. */
function eventOptions({ app }: Ctx): Option[] {
  const events = [...app.registry.events.values()].filter((type) => type.isPublic);
  const modules = [...new Set(events.map(({ name }) => moduleOf(name)))]
    .map((module) => ({ module, group: eventGroup(module) }))
    .toSorted((one, other) => one.group.localeCompare(other.group));
  return modules.flatMap(({ module, group }) => [
    { value: allOf(module), label: t("All of this module"), group },
    ...events
      .filter(({ name }) => moduleOf(name) === module)
      .map(({ name, description }) => ({ value: name, label: eventWords(name), hint: t(description), group })),
  ]);
}
