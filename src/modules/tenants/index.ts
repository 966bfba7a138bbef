import type { AnyAction } from "../../platform/action.ts";
import { defineModule } from "../../platform/module.ts";
import * as operatorActions from "./operators/actions.ts";
import { enterAsOperator } from "./operators/plane.ts";

export { activateTenant, createTenant, newSetupLink, suspendTenant, updateTenant } from "./actions.ts";
export { checkOperatorPassword } from "./operators/auth.ts";
export { addOperator, addOperatorKey } from "./operators/actions.ts";
export { normalHost } from "./rules.ts";

/** Many organizations on one installation, and those who run it (PRD 3.2). Only in the multi-tenant edition. */
export const tenantsModule = defineModule({
  name: "tenants",
  actions: Object.values(operatorActions).filter((one) => typeof one === "object") as unknown as AnyAction[],
  operatorRoutes: [],
  operatorEntry: enterAsOperator,
});
