/**
 * What one needs to come in by each route, one address a line behind its methods; routes that are not named ask for no
 * permission, and their handlers decide. The roles of `api.ts` and `pages.ts` hold several permissions each, so this is
 * the table that tells them apart: what an API key of one scope opens, or a role that lacks one permission does not.
 */
export const permissionsOfRoutes: Readonly<Record<string, string>> = {
  "api_keys.manage": `
    GET /account/api-keys
    GET /account/api-keys/:id
    POST /account/api-keys/:id/revoke
    GET POST /account/api-keys/new
    GET POST /api/v1/api-keys
    GET DELETE /api/v1/api-keys/:id
  `,
  "audit.read": `
    GET /api/v1/api-requests
    GET /api/v1/api-requests/:id
    GET /api/v1/audit-log
    GET /api/v1/audit-log/:id
    GET /api/v1/security-alerts
    GET /api/v1/security-alerts/:id
    POST /api/v1/security-alerts/:id/acknowledge
    GET /settings/api-requests
    GET /settings/api-requests/export.csv
    GET /settings/audit
    GET /settings/audit/:id
    GET /settings/audit/export.csv
    GET /settings/security-alerts
    GET /settings/security-alerts/:id
    POST /settings/security-alerts/:id/acknowledge
  `,
  "billing.approve": `
    POST /api/v1/invoices/:id/approve
    GET POST /billing/review
    POST /invoices/:id/approve
  `,
  "billing.read": `
    GET /api/v1/billing/reports/ar-aging
    GET /api/v1/companies/:id/invoices
    GET /api/v1/companies/:id/payments
    GET /api/v1/contracts/:id/invoices
    GET /api/v1/invoice-lines
    GET /api/v1/invoice-lines/:id
    GET /api/v1/invoices
    GET /api/v1/invoices/:id
    GET /api/v1/invoices/:id/activity
    GET /api/v1/invoices/:id/lines
    GET /api/v1/invoices/:id/payments
    GET /api/v1/invoices/:id/pdf
    GET /api/v1/payments
    GET /api/v1/payments/:id
    GET /api/v1/tax-rates
    GET /api/v1/tax-rates/:id
    GET /billing/aging
    GET /invoices
    GET /invoices/:id
    GET /invoices/:id/lines/:line_id
    GET /invoices/:id/pdf
  `,
  "billing.write": `
    GET /settings/tax-rates
    PUT PATCH DELETE /api/v1/invoice-lines/:id
    POST /api/v1/invoices
    PUT PATCH DELETE /api/v1/invoices/:id
    POST /api/v1/invoices/:id/lines
    POST /api/v1/invoices/:id/rebuild
    POST /api/v1/invoices/:id/send
    POST /api/v1/invoices/:id/void
    POST /api/v1/invoices/generate/batch
    POST /api/v1/invoices/generate/from-contract
    POST /api/v1/invoices/generate/from-time-entries
    POST /api/v1/payments
    POST /api/v1/tax-rates
    PUT PATCH DELETE /api/v1/tax-rates/:id
    GET POST /billing/run
    POST /invoices/:id/delete
    GET POST /invoices/:id/edit
    POST /invoices/:id/lines/:line_id/delete
    GET POST /invoices/:id/lines/:line_id/edit
    POST /invoices/:id/lines/:line_id/move/:direction
    GET POST /invoices/:id/lines/new
    GET POST /invoices/:id/payment
    POST /invoices/:id/rebuild
    POST /invoices/:id/send
    POST /invoices/:id/void
    GET POST /invoices/from-time
    GET POST /invoices/new
    GET POST /settings/tax-rates/:id
    POST /settings/tax-rates/:id/delete
    GET POST /settings/tax-rates/new
  `,
  "companies.delete": `
    DELETE /api/v1/companies/:id
    DELETE /api/v1/contacts/:id
    DELETE /api/v1/sites/:id
    POST /companies/:id/delete
    POST /contacts/:id/delete
    POST /sites/:id/delete
  `,
  "companies.merge": `
    GET POST /api/v1/distinct-pairs
    GET DELETE /api/v1/distinct-pairs/:id
    POST /companies/duplicates/dismiss
    POST /companies/duplicates/:id/again
    POST /contacts/duplicates/dismiss
    POST /contacts/duplicates/:id/again
    GET POST /api/v1/companies/:id/merge
    GET /api/v1/company-duplicates
    GET /api/v1/contact-duplicates
    GET POST /api/v1/contacts/:id/merge
    GET POST /api/v1/sites/:id/merge
    GET POST /companies/:id/merge
    GET /companies/duplicates
    GET POST /contacts/:id/merge
    GET /contacts/duplicates
    GET POST /sites/:id/merge
  `,
  "companies.read": `
    GET /sites
    GET /api/v1/companies
    GET /api/v1/companies/:id
    GET /api/v1/companies/:id/activity
    GET /api/v1/companies/:id/attachments
    GET /api/v1/companies/:id/contacts
    GET /api/v1/companies/:id/hierarchy
    GET /api/v1/companies/:id/interactions
    GET /api/v1/companies/:id/notes
    GET /api/v1/companies/:id/sites
    GET /api/v1/contacts
    GET /api/v1/contacts/:id
    GET /api/v1/contacts/:id/activity
    GET /api/v1/contacts/:id/attachments
    GET /api/v1/contacts/:id/interactions
    GET /api/v1/contacts/:id/notes
    GET /api/v1/custom-fields
    GET /api/v1/custom-fields/:id
    GET /api/v1/interactions
    GET /api/v1/interactions/:id
    GET /api/v1/record-attachments
    GET /api/v1/record-attachments/:id
    GET /api/v1/record-attachments/:id/content
    GET /api/v1/record-notes
    GET /api/v1/record-notes/:id
    GET /api/v1/sites
    GET /api/v1/sites/:id
    GET /api/v1/sites/:id/attachments
    GET /api/v1/sites/:id/notes
    GET /api/v1/tags
    GET /api/v1/tags/:id
    GET /companies
    GET /companies/:id
    GET /companies/:id/activity
    GET /companies/:id/notes
    GET /contacts
    GET /contacts/:id
    GET /contacts/:id/activity
    GET /contacts/:id/notes
    GET /record-attachments/:id
    GET /sites/:id
    GET /sites/:id/notes
  `,
  "companies.write": `
    GET /api/v1/companies/:id/mentionable-users
    GET /companies/:id/mentions
    GET /api/v1/contacts/:id/mentionable-users
    GET /contacts/:id/mentions
    GET /api/v1/sites/:id/mentionable-users
    GET /sites/:id/mentions
    GET POST /notes/:id/edit
    POST /api/v1/companies
    PUT PATCH /api/v1/companies/:id
    POST /api/v1/companies/:id/attachments
    POST /api/v1/companies/:id/convert
    POST /api/v1/companies/:id/archive
    POST /api/v1/companies/:id/restore
    POST /api/v1/contacts/:id/archive
    POST /api/v1/contacts/:id/restore
    POST /api/v1/sites/:id/archive
    POST /api/v1/sites/:id/restore
    POST /api/v1/companies/:id/notes
    POST /api/v1/contacts
    PUT PATCH /api/v1/contacts/:id
    POST /api/v1/contacts/:id/attachments
    POST /api/v1/contacts/:id/notes
    POST /api/v1/interactions
    PUT PATCH DELETE /api/v1/interactions/:id
    DELETE /api/v1/record-attachments/:id
    POST /api/v1/record-notes
    PUT PATCH DELETE /api/v1/record-notes/:id
    POST /api/v1/sites
    PUT PATCH /api/v1/sites/:id
    POST /api/v1/sites/:id/attachments
    POST /api/v1/sites/:id/notes
    POST /companies/:id/archive
    POST /companies/:id/attachments
    POST /companies/:id/convert
    GET POST /companies/:id/edit
    POST /companies/:id/interactions
    POST /companies/:id/notes
    POST /companies/:id/restore
    GET POST /companies/new
    POST /contacts/:id/archive
    POST /contacts/:id/attachments
    GET POST /contacts/:id/edit
    POST /contacts/:id/interactions
    POST /contacts/:id/notes
    POST /contacts/:id/restore
    GET POST /contacts/new
    POST /interactions/:id/delete
    GET POST /interactions/:id/edit
    POST /notes/:id/alert
    POST /notes/:id/delete
    POST /notes/:id/pin
    POST /record-attachments/:id/delete
    POST /sites/:id/archive
    POST /sites/:id/attachments
    GET POST /sites/:id/edit
    POST /sites/:id/notes
    POST /sites/:id/restore
    GET POST /sites/new
  `,
  "contracts.read": `
    GET /api/v1/companies/:id/contracts
    GET /api/v1/contract-hour-balances
    GET /api/v1/contract-hour-balances/:id
    GET /api/v1/contract-items
    GET /api/v1/contract-items/:id
    GET /api/v1/contracts
    GET /api/v1/contracts/:id
    GET /api/v1/contracts/:id/activity
    GET /api/v1/contracts/:id/contract-hour-balances
    GET /api/v1/contracts/:id/hour-balance
    GET /api/v1/contracts/:id/items
    GET /contracts
    GET /contracts/:id
  `,
  "contracts.write": `
    POST /api/v1/contract-items
    PUT PATCH DELETE /api/v1/contract-items/:id
    POST /api/v1/contracts
    PUT PATCH DELETE /api/v1/contracts/:id
    POST /api/v1/contracts/:id/activate
    POST /api/v1/contracts/:id/archive
    POST /api/v1/contracts/:id/cancel
    POST /api/v1/contracts/:id/items
    POST /api/v1/contracts/:id/renew
    POST /api/v1/contracts/:id/restore
    POST /api/v1/rate-card-items
    PUT PATCH DELETE /api/v1/rate-card-items/:id
    POST /api/v1/rate-cards
    PUT PATCH DELETE /api/v1/rate-cards/:id
    POST /contract-items/:id/delete
    GET POST /contract-items/:id/edit
    POST /contracts/:id/activate
    POST /contracts/:id/archive
    POST /contracts/:id/cancel
    POST /contracts/:id/delete
    GET POST /contracts/:id/edit
    GET POST /contracts/:id/items/new
    POST /contracts/:id/renew
    POST /contracts/:id/restore
    GET POST /contracts/new
    POST /rate-cards/:id/delete
    GET POST /rate-cards/new
  `,
  "custom_fields.manage": `
    POST /api/v1/custom-fields
    POST /api/v1/custom-fields/:id/archive
    POST /api/v1/custom-fields/:id/restore
    PUT PATCH DELETE /api/v1/custom-fields/:id
    GET /settings/custom-fields
    GET POST /settings/custom-fields/:id
    POST /settings/custom-fields/:id/archive
    POST /settings/custom-fields/:id/delete
    POST /settings/custom-fields/:id/move
    POST /settings/custom-fields/:id/restore
    GET POST /settings/custom-fields/new
  `,
  "data.export": `
    GET POST /api/v1/data-exports
    GET /api/v1/data-exports/:id
    GET /api/v1/data-exports/:id/content
    GET POST /settings/exports
    GET /settings/exports/:id/download
  `,
  "imports.run": `
    POST /api/v1/contacts/import/:provider
    GET POST /api/v1/import-batches
    GET PATCH DELETE /api/v1/import-batches/:id
    POST /api/v1/import-batches/:id/apply
    POST /api/v1/import-batches/:id/undo
    GET /imports
    GET POST /imports/:id
    GET /imports/:id/problems
    POST /imports/:id/undo
    POST /imports/:id/discard
    POST /imports/:id/go-on
    GET POST /imports/new
  `,
  "oauth.manage": `
    GET /settings/app-access
    GET /settings/app-access/:id
    POST /settings/app-access/:id/revoke
    GET /api/v1/oauth-grants
    DELETE /api/v1/oauth-grants/:id
    GET POST /api/v1/oauth-clients
    GET PUT PATCH DELETE /api/v1/oauth-clients/:id
    POST /api/v1/oauth-clients/:id/rotate-secret
    GET /settings/apps
    GET /settings/apps/:id
    GET POST /settings/apps/:id/edit
    POST /settings/apps/:id/revoke
    POST /settings/apps/:id/rotate-secret
    GET POST /settings/apps/new
  `,
  "payments.collect": `
    POST /api/v1/payments/process-card
  `,
  "portal.contacts.manage": `
    GET /portal/contacts/export
    GET /portal/contacts
    GET POST /portal/contacts/:id
    GET POST /portal/contacts/new
  `,
  "portal.invoices": `
    GET /portal/invoices/export
    GET /portal/invoices
    GET /portal/invoices/:id
    GET /portal/invoices/:id/paid
    POST /portal/invoices/:id/pay
    GET /portal/invoices/:id/pdf
  `,
  "portal.manage": `
    POST PATCH DELETE /api/v1/contacts/:id/portal-access
    GET POST /contacts/:id/portal-access
    POST /contacts/:id/portal-access/revoke
    GET POST /contacts/:id/portal-access/role
  `,
  "prices.read": `
    GET /api/v1/rate-card-items
    GET /api/v1/rate-card-items/:id
    GET /api/v1/rate-cards
    GET /api/v1/rate-cards/:id
    GET /api/v1/rate-cards/:id/rate-card-items
    GET /rate-cards
    GET POST /rate-cards/:id
  `,
  "security.manage": `
    GET PUT PATCH /api/v1/allowed-networks
    GET POST /settings/allowed-networks
    GET POST /settings/api-requests/keep
  `,
  "settings.manage": `
    GET PUT PATCH /api/v1/default-values
    GET /api/v1/event-deliveries
    GET /api/v1/event-deliveries/:id
    POST /api/v1/event-deliveries/:id/drop
    POST /api/v1/event-deliveries/:id/retry
    POST /api/v1/event-deliveries/retry-dead
    GET /api/v1/event-types
    GET /api/v1/events
    GET /api/v1/events/:id
    GET /api/v1/events/:id/deliveries
    GET PUT PATCH /api/v1/mail-settings
    GET /api/v1/mails
    GET /api/v1/mails/:id
    POST /api/v1/mails/:id/retry
    GET PUT PATCH /api/v1/modules
    GET PUT PATCH /api/v1/organization
    PUT DELETE /api/v1/organization/logo
    GET /api/v1/organization/logo/content
    GET PUT PATCH /api/v1/payment-gateway/config
    POST /api/v1/payment-gateway/test
    GET /api/v1/standard-data
    GET /api/v1/standard-data/:list
    POST /api/v1/standard-data/:list/import
    GET POST /settings/address
    GET POST /settings/branding
    GET POST /settings/defaults
    POST /settings/event-deliveries/:id/drop
    POST /settings/event-deliveries/:id/retry
    GET /settings/events
    GET /settings/events/:id
    GET /settings/events/catalog
    GET /settings/events/dead
    POST /settings/events/dead/:handler/retry
    GET POST /settings/events/retention
    GET POST /settings/invoicing
    GET POST /settings/locale
    GET POST /settings/mail
    POST /settings/mail/test
    GET /settings/mails
    GET /settings/mails/:id
    POST /settings/mails/:id/retry
    GET POST /settings/modules
    GET POST /settings/organization
    POST /settings/organization/remove-logo
    GET POST /settings/payments
    POST /settings/payments/test
    GET /settings/standard-data
    GET POST /settings/standard-data/:list
    GET POST /setup/address
    GET /setup/done
    GET POST /setup/locale
    GET POST /setup/mail
    POST /setup/mail/test
    GET POST /setup/organization
    GET POST /setup/reference
  `,
  "staff.manage": `
    GET /api/v1/staff/api-keys
    DELETE /api/v1/staff/api-keys/:id
    GET /api/v1/permissions
    GET POST /api/v1/roles
    GET PUT PATCH DELETE /api/v1/roles/:id
    GET PUT PATCH /api/v1/sign-in-settings
    GET PUT PATCH /api/v1/directory-settings
    POST /api/v1/directory-settings/sync
    POST /api/v1/teams
    PUT PATCH DELETE /api/v1/teams/:id
    GET POST /api/v1/users
    GET PUT PATCH DELETE /api/v1/users/:id
    GET /api/v1/users/:id/access
    GET /api/v1/users/:id/api-keys
    DELETE /api/v1/users/:id/api-keys/:key_id
    POST /api/v1/users/:id/reset-mfa
    POST /api/v1/users/:id/reactivate
    POST /api/v1/users/:id/resend-invite
    POST /api/v1/users/:id/require-new-password
    POST /api/v1/users/:id/end-sessions
    POST /api/v1/users/:id/link-directory
    POST /api/v1/users/:id/unlink-directory
    GET /api/v1/users/:id/sessions
    DELETE /api/v1/users/:id/sessions/:session_id
    GET /settings/api-keys
    GET /settings/api-keys/:id
    POST /settings/api-keys/:id/revoke
    GET /settings/roles
    GET POST /settings/roles/:id
    POST /settings/roles/:id/delete
    GET POST /settings/roles/new
    GET POST /settings/sign-in
    GET POST /settings/directory
    POST /settings/directory/test
    POST /settings/directory/sync
    POST /settings/staff/:id/link-directory
    POST /settings/staff/:id/unlink-directory
    GET /settings/staff
    GET /settings/staff/:id
    GET /settings/staff/:id/access
    POST /settings/staff/:id/deactivate
    GET POST /settings/staff/:id/edit
    POST /settings/staff/:id/invite
    POST /settings/staff/:id/reactivate
    POST /settings/staff/:id/reset-second-factor
    POST /settings/staff/:id/require-new-password
    POST /settings/staff/:id/end-sessions
    POST /settings/staff/:id/sessions/:session_id/end
    GET /settings/staff/:id/sign-in
    GET POST /settings/staff/new
    GET /settings/teams
    GET POST /settings/teams/:id
    POST /settings/teams/:id/delete
    GET POST /settings/teams/new
  `,
  "tags.manage": `
    POST /api/v1/tags
    PUT PATCH DELETE /api/v1/tags/:id
    POST /api/v1/tags/:id/merge
    GET /settings/tags
    GET POST /settings/tags/:id
    POST /settings/tags/:id/delete
    GET POST /settings/tags/:id/merge
    GET POST /settings/tags/new
  `,
  "tickets.configure": `
    POST /api/v1/ticket-categories
    PUT PATCH DELETE /api/v1/ticket-categories/:id
    POST /api/v1/ticket-priorities
    PUT PATCH DELETE /api/v1/ticket-priorities/:id
    POST /api/v1/ticket-queues
    PUT PATCH DELETE /api/v1/ticket-queues/:id
    POST /api/v1/ticket-statuses
    PUT PATCH DELETE /api/v1/ticket-statuses/:id
    POST /api/v1/ticket-types
    PUT PATCH DELETE /api/v1/ticket-types/:id
    GET /settings/ticket-categories
    GET POST /settings/ticket-categories/:id
    POST /settings/ticket-categories/:id/archive
    POST /settings/ticket-categories/:id/delete
    POST /settings/ticket-categories/:id/restore
    GET POST /settings/ticket-categories/new
    GET /settings/ticket-priorities
    GET POST /settings/ticket-priorities/:id
    POST /settings/ticket-priorities/:id/delete
    GET POST /settings/ticket-priorities/new
    GET /settings/ticket-queues
    GET POST /settings/ticket-queues/:id
    POST /settings/ticket-queues/:id/archive
    POST /settings/ticket-queues/:id/delete
    POST /settings/ticket-queues/:id/restore
    GET POST /settings/ticket-queues/new
    GET /settings/ticket-statuses
    GET POST /settings/ticket-statuses/:id
    POST /settings/ticket-statuses/:id/delete
    GET POST /settings/ticket-statuses/new
    GET /settings/ticket-types
    GET POST /settings/ticket-types/:id
    POST /settings/ticket-types/:id/archive
    POST /settings/ticket-types/:id/delete
    POST /settings/ticket-types/:id/restore
    GET POST /settings/ticket-types/new
  `,
  "tickets.read": `
    GET /api/v1/companies/:id/tickets
    GET /api/v1/contacts/:id/tickets
    GET /api/v1/teams
    GET /api/v1/teams/:id
    GET /api/v1/ticket-attachments
    GET /api/v1/ticket-attachments/:id
    GET /api/v1/ticket-categories
    GET /api/v1/ticket-categories/:id
    GET /api/v1/ticket-notes
    GET /api/v1/ticket-notes/:id
    GET /api/v1/ticket-priorities
    GET /api/v1/ticket-priorities/:id
    GET /api/v1/ticket-queues
    GET /api/v1/ticket-queues/:id
    GET /api/v1/ticket-statuses
    GET /api/v1/ticket-statuses/:id
    GET /api/v1/ticket-types
    GET /api/v1/ticket-types/:id
    GET /api/v1/tickets
    GET /api/v1/tickets/:id
    GET /api/v1/tickets/:id/activity
    GET /api/v1/tickets/:id/attachments
    GET /api/v1/tickets/:id/attachments/:attachment_id/content
    GET /api/v1/tickets/:id/notes
    GET /my-work
    GET /tickets
    GET /tickets/:id
    GET /tickets/:id/attachments/:attachment_id
    GET /tickets/:id/next
    GET /tickets/:id/previous
  `,
  "tickets.write": `
    GET /tickets/:id/mentions
    GET /api/v1/tickets/:id/mentionable-users
    DELETE /api/v1/ticket-attachments/:id
    POST /api/v1/tickets
    PUT PATCH DELETE /api/v1/tickets/:id
    POST /api/v1/tickets/:id/assign
    POST /api/v1/tickets/:id/attachments
    POST /api/v1/tickets/:id/notes
    POST /tickets/:id
    POST /tickets/:id/attachments/:attachment_id/delete
    POST /tickets/:id/delete
    GET POST /tickets/:id/edit
    POST /tickets/:id/reply
    POST /tickets/:id/take
    GET POST /tickets/new
  `,
  "time.configure": `
    POST /api/v1/work-types
    PUT PATCH DELETE /api/v1/work-types/:id
    GET POST /settings/time-rounding
    GET /settings/work-types
    GET POST /settings/work-types/:id
    POST /settings/work-types/:id/delete
    GET POST /settings/work-types/new
  `,
  "time.read": `
    GET /api/v1/companies/:id/time-entries
    GET /api/v1/contracts/:id/time-entries
    GET /api/v1/tickets/:id/time-entries
    GET /api/v1/time-entries
    GET /api/v1/time-entries/:id
    GET /api/v1/time-entries/timer/active
    GET /api/v1/work-types
    GET /api/v1/work-types/:id
    GET /time
    GET POST /time/:id/edit
  `,
  "time.write": `
    POST /api/v1/time-entries
    PUT PATCH DELETE /api/v1/time-entries/:id
    POST /api/v1/time-entries/timer/start
    POST /api/v1/time-entries/timer/stop
    POST /time/:id/delete
    GET POST /time/new
    GET /timer
    POST /timer/discard
    POST /timer/start
    POST /timer/stop
  `,
  "views.save": `
    GET POST /api/v1/saved-views
    GET PUT PATCH DELETE /api/v1/saved-views/:id
    GET POST /lists/views/:id
    POST /lists/views/:id/delete
    POST /lists/views/:id/update
    GET POST /lists/views/new
  `,
  "webhooks.manage": `
    GET /api/v1/webhook-attempts
    GET /api/v1/webhook-attempts/:id
    GET /api/v1/webhook-deliveries
    GET /api/v1/webhook-deliveries/:id
    GET /api/v1/webhook-deliveries/:id/attempts
    POST /api/v1/webhook-deliveries/:id/redeliver
    GET POST /api/v1/webhook-endpoints
    GET PUT PATCH DELETE /api/v1/webhook-endpoints/:id
    GET /api/v1/webhook-endpoints/:id/deliveries
    POST /api/v1/webhook-endpoints/:id/ping
    POST /api/v1/webhook-endpoints/:id/rotate-secret
    GET /settings/webhook-deliveries/:id
    POST /settings/webhook-deliveries/:id/redeliver
    GET /settings/webhooks
    GET /settings/webhooks/:id
    POST /settings/webhooks/:id/delete
    GET /settings/webhooks/:id/deliveries
    GET POST /settings/webhooks/:id/edit
    POST /settings/webhooks/:id/ping
    GET POST /settings/webhooks/:id/rotate
    GET POST /settings/webhooks/new
  `,
};

/** What an organization's hosts answer only where there are many organizations. */
export const multiTenantPermissions: Readonly<Record<string, string>> = {
  "settings.manage": `
    GET POST /api/v1/domains
    DELETE /api/v1/domains/:domain
    POST /api/v1/domains/:domain/primary
    POST /api/v1/domains/:domain/verify
    GET /settings/domains
    GET /settings/domains/:domain
    POST /settings/domains/:domain/primary
    POST /settings/domains/:domain/remove
    POST /settings/domains/:domain/verify
    GET POST /settings/domains/new
  `,
};

/** Forms that somebody may look at who may not send them: what sending asks for beside the above. */
export const askedForSending: Readonly<Record<string, string>> = {
  "POST /rate-cards/:id": "contracts.write",
  "POST /time/:id/edit": "time.write",
};
