import type { AnyAction } from "../../platform/action.ts";
import { accountCard } from "../../platform/http/pages/account.ts";
import { declared } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { inviteContact, revokeContact, setPortalRole } from "./access.ts";
import { portalApi } from "./api.ts";
import { colleaguesApi } from "./colleagues-api.ts";
import { saveColleague } from "./colleagues.ts";
import { leadingOn } from "../companies/index.ts";
import { contactAccess, contactPanel } from "./contact-panel.ts";
import { ownMailApi, ownMailPages, setOwnMails } from "./own-mails.ts";
import { homePages } from "./pages/home.ts";
import { invoicePages } from "./pages/invoices.ts";
import { peoplePages } from "./pages/people.ts";
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
  portalPermissions: {
    "portal.tickets.company": "See all of the company's tickets, not only one's own",
    "portal.contacts.manage": "Say who of the company may use the portal, and as what",
  },
  grants: {
    manager: ["portal.manage"],
    technician: ["portal.manage"],
    dispatcher: ["portal.manage"],
    client_admin: ["portal.tickets.company", "portal.contacts.manage"],
  },
  actions: [inviteContact, revokeContact, setPortalRole, saveColleague, setOwnMails] as unknown as AnyAction[],
  routes: [
    ...homePages,
    ...ticketPages,
    ...invoicePages,
    ...peoplePages,
    ...leadingOn(contactAccess),
    ...portalApi,
    ...colleaguesApi,
    ...ownMailPages,
    ...ownMailApi,
  ],
  panels: [
    contactPanel,
    accountCard("portal", 20, {
      title: declared("Mails I get"),
      text: declared("Which mails about your requests come to you."),
      href: "/portal/account/mails",
      icon: "mail",
    }),
  ],
});
