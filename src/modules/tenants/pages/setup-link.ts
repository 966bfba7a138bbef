import { platformPermission } from "../../../platform/access/platform.ts";
import type { Ctx } from "../../../platform/context.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { newSetupLink, tenantOf } from "../actions.ts";

/** The link that makes an organization's first administrator: shown once, to be passed on. */
export function setupPage(ctx: Ctx, name: string, back: string, url: string | null): Answer {
  const shown = page("tenants/link", name, {
    header: {
      title: name,
      subtitle: "",
      breadcrumbs: [{ label: t("Organizations"), href: "/tenants" }],
      badges: [],
      actions: [],
    },
    text:
      url === null
        ? t("This organization has an administrator already, who invites everybody else.")
        : t(
            "Whoever opens this link within 30 minutes becomes the first administrator. Pass it on; here it is shown only once.",
          ),
    label: t("Setup link"),
    url: url ?? "",
    next: { label: t("To the organization"), href: back },
  });
  return showOnce(ctx, "operator", shown, back);
}

/** The button that makes one. */
export const setupLinkRoute: Route = {
  method: "POST",
  path: "/tenants/:id/setup-link",
  door: "operator",
  permission: platformPermission,
  handle: async (ctx, { params }) => {
    const { id = "" } = params;
    const { name } = await tenantOf(ctx, id);
    return setupPage(ctx, name, `/tenants/${id}`, await newSetupLink(ctx, id));
  },
};
