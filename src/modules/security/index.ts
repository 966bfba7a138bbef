import { auditLog } from "../../platform/access/audit.ts";
import type { AnyAction } from "../../platform/action.ts";
import { apiRequests } from "../../platform/access/access-log.ts";
import { declared, t } from "../../platform/language/index.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { defineModule, type Panel } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { securityEvents, securityHandlers } from "./events.ts";
import { securityApi } from "./api.ts";
import { forgetRequests } from "./jobs.ts";
import { alertList } from "./lists/alerts.ts";
import { alertPages } from "./pages/alerts.ts";
import { logPages } from "./pages/logs.ts";
import { networkPages } from "./pages/networks.ts";
import { alertResource, auditResource, requestResource } from "./resources.ts";
import { securityAlerts } from "./schema.ts";

const cards: [permission: string, title: string, text: string, href: string, icon: string, group?: string][] = [
  [
    "audit.read",
    declared("Audit log"),
    declared("Who changed, saw and exported what, and who signed in."),
    "/settings/audit",
    "history",
  ],
  [
    "audit.read",
    declared("Security alerts"),
    declared("New devices, repeated failed sign-ins, keys used from new addresses, elevated roles."),
    "/settings/security-alerts",
    "shield",
  ],
  [
    "audit.read",
    declared("API requests"),
    declared("What programs asked for, and how it was answered."),
    "/settings/api-requests",
    "server",
    declared("Integrations"),
  ],
  [
    "security.manage",
    declared("Allowed networks"),
    declared("From which addresses people and programs may come in."),
    "/settings/allowed-networks",
    "globe",
  ],
];

/** What happened, who was let in from where, and what somebody should look at (PRD 3.18). */
export const securityModule = defineModule({
  name: "security",
  tables: [auditLog, apiRequests, securityAlerts],
  permissions: { "security.manage": "Say which networks may come in, and how long requests are kept" },
  actions: Object.values(actions).filter((one) => "run" in one) as unknown as AnyAction[],
  lists: [{ permission: "audit.read", list: alertList as List<unknown> }],
  resources: [auditResource, requestResource, alertResource],
  routes: [...logPages, ...alertPages, ...networkPages, ...securityApi],
  emits: securityEvents,
  events: securityHandlers,
  jobs: [forgetRequests],
  panels: cards.map(([permission, title, text, href, icon, group = declared("Security")], index): Panel => ({
    page: "settings",
    order: 60 + index,
    permission,
    load: async () => ({ kind: "card", group: t(group), title: t(title), text: t(text), href, icon }),
  })),
});
