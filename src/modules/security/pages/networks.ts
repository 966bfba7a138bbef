import { guardedDoors } from "../../../platform/access/allowed-networks.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { type Failure, invalidField } from "../../../platform/errors.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import type { FormPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { setAllowedNetworks } from "../actions.ts";
import { networksText, readNetworks } from "../rules.ts";

const path = "/settings/allowed-networks";
const permission = "security.manage";

async function show(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const row = await ctx.db
    .selectFrom("organizations")
    .select(["allowed_networks", "version"])
    .executeTakeFirstOrThrow();
  const labels = { staff: t("Staff"), portal: t("Client portal"), api: t("API of the staff") };
  const title = t("Allowed networks");
  const model: FormPageModel = {
    header: {
      title,
      subtitle: t("You are here from {address}.", { address: ctx.request.ip }),
      breadcrumbs: [{ label: t("Settings"), href: "/settings" }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: path,
      values:
        typed ?? Object.fromEntries(guardedDoors.map((door) => [door, networksText(row.allowed_networks[door] ?? [])])),
      version: row.version,
      failure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections: [
        {
          title: "",
          hint: t("One address or network a line, what it is behind it. An empty list lets everybody in."),
          fields: guardedDoors.map((door) =>
            field(door, labels[door], {
              kind: "textarea",
              span: 6,
              placeholder: t("203.0.113.0/24 Office"),
              max_length: 10_000,
            }),
          ),
        },
      ],
    }),
  };
  return page("forms/index", title, model, failure?.status ?? 200);
}

/** Which networks may come in, by door. */
export const networkPages: Route[] = [
  { method: "GET", path, door: "staff", permission, handle: (ctx) => show(ctx, null, null) },
  {
    method: "POST",
    path,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const lists = Object.fromEntries(
          guardedDoors.map((door) => {
            const { networks, wrong } = readNetworks(String(fields[door] ?? ""));
            if (wrong.length > 0)
              throw invalidField(
                door,
                wrong.length === 1
                  ? t("“{network}” is neither an address nor a network such as 203.0.113.0/24.", {
                      network: wrong[0] ?? "",
                    })
                  : t("These are neither addresses nor networks such as 203.0.113.0/24: {networks}", {
                      networks: wrong.join(", "),
                    }),
                "invalid_network",
              );
            return [door, networks];
          }),
        );
        const version = Number(fields["version"] ?? Number.NaN);
        await perform(ctx, setAllowedNetworks, { ...lists, ...(Number.isInteger(version) ? { version } : {}) });
        return redirect(path, t("Saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => show(reader, fields, failure));
      }
    },
  },
];
