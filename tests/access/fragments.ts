/**
 * The parts of pages that htmx asks for, by the element that they go into (`hx-target`): every GET route of a page that answers
 * with less than a page to whoever names that element. "" stands for any element.
 */
export const fragments: Readonly<Record<string, string>> = {
  "": `
    /search/suggest
    /palette
    /notifications/latest
    /notifications/bell
    /tickets/:id/mentions
    /companies/:id/mentions
    /contacts/:id/mentions
    /sites/:id/mentions
    /lists/counts
    /lists/columns
    /keyboard
  `,
  "list-region": `
    /settings/mails
    /account/api-keys
    /settings/api-keys
    /settings/staff
    /settings/roles
    /settings/teams
    /settings/apps
    /settings/app-access
    /settings/events
    /settings/events/dead
    /settings/webhooks
    /settings/webhooks/:id/deliveries
    /notifications
    /companies
    /contacts
    /sites
    /settings/tags
    /tickets
    /settings/ticket-queues
    /settings/ticket-statuses
    /settings/ticket-priorities
    /settings/ticket-types
    /settings/ticket-categories
    /time
    /settings/work-types
    /contracts
    /rate-cards
    /invoices
    /settings/tax-rates
    /imports
    /settings/exports
    /portal/tickets
    /portal/invoices
    /portal/contacts
    /settings/audit
    /settings/api-requests
    /settings/security-alerts
  `,
  "sheet-body": `
    /settings/modules
    /account/api-keys/new
    /settings/sign-in
    /settings/staff/new
    /settings/staff/:id/edit
    /settings/roles/new
    /settings/roles/:id
    /settings/teams/new
    /settings/teams/:id
    /settings/events/retention
    /settings/webhooks/new
    /settings/webhooks/:id/edit
    /settings/webhooks/:id/rotate
    /companies/new
    /companies/:id/edit
    /contacts/new
    /contacts/:id/edit
    /sites/new
    /sites/:id/edit
    /settings/tags/new
    /settings/tags/:id
    /settings/tags/:id/merge
    /settings/ticket-queues/new
    /settings/ticket-queues/:id
    /settings/ticket-statuses/new
    /settings/ticket-statuses/:id
    /settings/ticket-priorities/new
    /settings/ticket-priorities/:id
    /settings/ticket-types/new
    /settings/ticket-types/:id
    /settings/ticket-categories/new
    /settings/ticket-categories/:id
    /time/new
    /time/:id/edit
    /settings/work-types/new
    /settings/work-types/:id
    /settings/time-rounding
    /contracts/new
    /contracts/:id/edit
    /contracts/:id/items/new
    /contract-items/:id/edit
    /rate-cards/new
    /rate-cards/:id
    /invoices/new
    /invoices/:id/edit
    /invoices/:id/lines/new
    /invoices/:id/lines/:line_id/edit
    /invoices/:id/payment
    /invoices/from-time
    /settings/tax-rates/new
    /settings/tax-rates/:id
    /portal/contacts/new
    /portal/contacts/:id
    /contacts/:id/portal-access
    /contacts/:id/portal-access/role
    /portal/account/mails
    /lists/views/new
    /lists/views/:id
    /account/appearance
    /portal/account/appearance
    /settings/api-requests/keep
  `,
};

/** The same, by route: the element that a part of it goes into. */
export const targetOf: ReadonlyMap<string, string> = new Map(
  Object.entries(fragments).flatMap(([target, lines]) =>
    lines
      .trim()
      .split(/\n\s*/)
      .map((path): [string, string] => [path, target]),
  ),
);

/** What htmx sends beside, for the part that goes into this element. */
export const asFragment = (target: string): Readonly<Record<string, string>> => ({
  "hx-request": "true",
  "hx-target": target,
});
