import type { AnyAction } from "../../platform/action.ts";
import { defineModule } from "../../platform/module.ts";
import { inviteContact, revokeContact } from "./access.ts";
import { portalApi } from "./api.ts";
import { contactAccess, contactPanel } from "./contact-panel.ts";
import { homePages } from "./pages/home.ts";
import { invoicePages } from "./pages/invoices.ts";
import { ticketPages } from "./pages/tickets.ts";

export { inviteContact, revokeContact } from "./access.ts";

/** Where clients help themselves: their requests, hours and invoices (PRD 3.15). */
export const portalModule = defineModule({
  name: "portal",
  optional: {
    title: "Client portal",
    text: "Clients write tickets, read answers and see their invoices. Mails to them carry no links then.",
  },
  permissions: { "portal.manage": "Give contacts access to the client portal, and take it away" },
  grants: { technician: ["portal.manage"] },
  actions: [inviteContact, revokeContact] as unknown as AnyAction[],
  routes: [...homePages, ...ticketPages, ...invoicePages, ...contactAccess, ...portalApi],
  panels: [contactPanel],
});
