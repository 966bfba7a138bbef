import type { AnyAction } from "../../platform/action.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { paymentApi } from "./api.ts";
import { saveGateway, takesPayments } from "./config.ts";
import { stripeHook } from "./hook.ts";
import { reconcileJob } from "./jobs.ts";
import { paymentPages } from "./pages.ts";
import { checkoutSessions, gatewayEvents, paymentGatewayConfigs } from "./schema.ts";

export { checkoutAnswer, checkoutDocument } from "./api.ts";
export { type Checkout, startCheckout } from "./checkout.ts";
export { changeGateway } from "./change.ts";
export { takesPayments } from "./config.ts";
export { reconcileCheckouts } from "./jobs.ts";
export { type CheckoutState, settleInvoice, settleSession } from "./settle.ts";

/** Invoices paid online, by Stripe (PRD 3.10). */
export const paymentsModule = defineModule({
  name: "payments",
  optional: { title: "Online payments", text: "Clients pay their invoices by card.", needs: ["billing"] },
  tables: [paymentGatewayConfigs, checkoutSessions, gatewayEvents],
  permissions: { "payments.collect": "Open payment pages for invoices" },
  grants: { finance: ["payments.collect"] },
  actions: [saveGateway] as unknown as AnyAction[],
  routes: [...paymentPages, ...paymentApi, stripeHook],
  jobs: [reconcileJob],
  panels: [
    {
      page: "settings",
      order: 30,
      permission: "settings.manage",
      load: async () => ({
        kind: "card",
        group: t("Money"),
        title: t("Online payments"),
        text: t("Clients pay invoices by card with Stripe."),
        href: "/settings/payments",
        icon: "card",
      }),
    },
    {
      page: "dashboard",
      order: 40,
      permission: "settings.manage",
      load: async (ctx) => ({
        kind: "step",
        title: t("Let clients pay online"),
        text: t("Connect Stripe, and each invoice in the portal gets a Pay button."),
        href: "/settings/payments",
        is_done: await takesPayments(ctx),
      }),
    },
  ],
});
