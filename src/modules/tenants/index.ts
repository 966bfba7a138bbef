import type { AnyAction } from "../../platform/action.ts";
import { platformPermission } from "../../platform/access/platform.ts";
import { shownOnceRoute } from "../../platform/http/pages/shown-once.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { operatorApi } from "./api/index.ts";
import { logResource, taskResource, tenantResource } from "./api/resources.ts";
import { domainApi } from "./domains/api.ts";
import { domainPages } from "./domains/pages.ts";
import {
  deactivateOperator,
  inviteOperator,
  makeOperatorKey,
  reactivateOperator,
  relinkOperator,
  resetOperator,
  revokeOperatorKey,
} from "./operators/actions.ts";
import { enterAsOperator } from "./operators/enter.ts";
import { endOperatorSession, endOtherOperatorSessions } from "./operators/sessions.ts";
import { accountPages } from "./pages/account.ts";
import { passkeyPages } from "./pages/passkeys.ts";
import { tenantDomainPages } from "./pages/domains.ts";
import { operatorDoors } from "./pages/doors.ts";
import { downloadRoutes } from "./pages/download.ts";
import { tenantForms } from "./pages/forms.ts";
import { keyPages } from "./pages/keys.ts";
import { tenantListPage } from "./pages/list.ts";
import { logPages } from "./pages/log.ts";
import { operatorPages } from "./pages/operators.ts";
import { setupLinkRoute } from "./pages/setup-link.ts";
import { tenantPages } from "./pages/show.ts";
import { usagePages } from "./pages/usage.ts";
import { dropExports, runTasks } from "./tasks/run.ts";
import { flushRequestCounts, measureUsage } from "./usage.ts";

export { activateTenant, createTenant, newSetupLink, suspendTenant, updateTenant } from "./actions.ts";
export { addDomain, domainsOf, makePrimary, removeDomain } from "./domains/actions.ts";
export { logDoing } from "./log.ts";
export { addOperator, addOperatorKey } from "./operators/actions.ts";
export { checkOperatorPassword } from "./operators/auth.ts";
export { resetOperatorFactors } from "./operators/factors.ts";
export { normalHost } from "./rules.ts";
export { requestDeletion, requestRotation } from "./tasks/queue.ts";
export { runTasks } from "./tasks/run.ts";
export { flushRequestCounts, measureNow, measureUsage, usageOf } from "./usage.ts";

/** Many organizations on one installation, and those who run it (PRD 3.2). Only in the multi-tenant edition. */
export const tenantsModule = defineModule({
  name: "tenants",
  actions: [
    inviteOperator,
    relinkOperator,
    deactivateOperator,
    reactivateOperator,
    makeOperatorKey,
    revokeOperatorKey,
    resetOperator,
    endOperatorSession,
    endOtherOperatorSessions,
  ] as unknown as AnyAction[],
  routes: [...domainPages, ...domainApi],
  operatorRoutes: [
    ...operatorDoors,
    shownOnceRoute("operator", platformPermission),
    tenantListPage,
    ...tenantForms,
    ...tenantPages,
    ...tenantDomainPages,
    setupLinkRoute,
    ...usagePages,
    ...operatorPages,
    ...logPages,
    ...accountPages,
    ...passkeyPages,
    ...keyPages,
    ...downloadRoutes,
    ...operatorApi,
  ],
  operatorResources: [tenantResource, taskResource, logResource],
  operatorEntry: enterAsOperator,
  jobs: [{ name: "tenants.measure_usage", schedule: "23 * * * *", run: measureUsage }],
  rounds: [
    { name: "tenants.count_requests", seconds: 60, isRunAtStop: true, run: flushRequestCounts },
    { name: "tenants.tasks", seconds: 5, run: runTasks },
  ],
  dropSealed: dropExports,
  panels: [
    {
      page: "settings",
      order: 3,
      permission: "settings.manage",
      load: async () => ({
        kind: "card",
        group: t("Organization"),
        title: t("Host names"),
        text: t("The names by which your people and your clients reach Purser."),
        href: "/settings/domains",
        icon: "globe",
      }),
    },
  ],
});
