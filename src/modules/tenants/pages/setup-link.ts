import { platformPermission } from "../../../platform/access/platform.ts";
import type { Ctx, Tenant } from "../../../platform/context.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { newSetupLink, tenantOf, whyNoSetupLink } from "../actions.ts";

/** The link that makes an organization's first administrator: shown once, to be passed on. Without one, why there is none. */
export function setupPage(ctx: Ctx, tenant: Tenant, url: string | null): Answer {
  const back = `/tenants/${tenant.id}`;
  const shown = page("tenants/link", tenant.name, {
    header: {
      title: tenant.name,
      subtitle: "",
      breadcrumbs: [{ label: t("Organizations"), href: "/tenants" }],
      badges: [],
      actions: [],
    },
    text:
      url === null
        ? whyNoSetupLink(tenant)
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
    return setupPage(ctx, await tenantOf(ctx, id), await newSetupLink(ctx, id));
  },
};
