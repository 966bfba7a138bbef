import { type App, contextOf, type Ctx, type RequestInfo, type Tenant } from "../context.ts";
import { noBrand } from "../brand.ts";
import { currentLocale } from "../language/index.ts";
import { noId } from "../ids.ts";
import { type Actor, nobody } from "./actor.ts";

/** What operators may do: everything at their own host. No role of an organization can hold it. */
export const platformPermission = "platform.manage";

/** Stands where a request belongs to no organization: its id names none, so row-level security shows none of their rows. */
export function platformTenant(app: Pick<App, "options">): Tenant {
  return {
    id: noId,
    name: "Purser",
    timezone: "UTC",
    zone: "UTC",
    currency: "USD",
    organization_locale: "en-GB",
    get locale() {
      return currentLocale() ?? "en-GB";
    },
    public_url: app.options.adminUrl ?? app.options.publicUrl,
    is_set_up: true,
    allowed_networks: {},
    default_values: {},
    disabled_modules: [],
    brand: noBrand,
    suspension: null,
    limits: { staff: null, storage_mb: null, requests_per_minute: null },
    allowed_modules: null,
  };
}

/** An operator as the one who is acting. */
export function operatorActor(given: Pick<Actor, "user_id" | "name" | "email" | "session_id" | "api_key_id">): Actor {
  return { ...nobody, ...given, kind: "operator", permissions: new Set([platformPermission]) };
}

/** A context of the installation itself, in an operator's name. */
export function platformContext(app: App, actor: Actor, request?: RequestInfo): Ctx {
  return contextOf(app, platformTenant(app), actor, request);
}
