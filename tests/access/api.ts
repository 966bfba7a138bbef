import type { AccessTable } from "./table.ts";

/** Who gets in by each route of the API and by the hooks. */
export const apiAccess: AccessTable = {
  anybody: `
    GET /api/v1
    GET /api/v1/openapi.json
    POST /api/v1/auth/login
    POST /api/v1/auth/refresh
    GET /api/v1/auth/sso/providers
    POST /api/v1/auth/sso/:provider/initiate
    POST /api/v1/auth/sso/:provider/callback
    POST /oauth/token
    POST /oauth/revoke
    POST /oauth/introspect
    GET /.well-known/oauth-authorization-server
    POST /api/v1/auth/password
    POST /api/v1/auth/mfa/setup
    POST /api/v1/auth/mfa/verify
    POST /api/v1/portal/auth/refresh
    POST /api/v1/portal/auth/password
    POST /api/v1/portal/auth/mfa/setup
    POST /api/v1/portal/auth/mfa/verify
    POST /hooks/stripe/:tenant_id
    POST /api/v1/portal/auth/login
    POST /api/v1/portal/auth/forgot-password
    POST /api/v1/portal/auth/reset-password
  `,
  "whoever is signed in": `
    GET PATCH /api/v1/me
    GET /api/v1/me/access
    GET /api/v1/notifications
    GET /api/v1/notifications/:id
    PUT /api/v1/notifications/:id/read
    PUT /api/v1/notifications/read-all
    GET /api/v1/notifications/unread-count
    GET PUT /api/v1/users/:id/notification-preferences
    POST /api/v1/auth/logout
    GET /api/v1/auth/sessions
    PATCH DELETE /api/v1/auth/sessions/:id
    GET /api/v1/auth/apps
    DELETE /api/v1/auth/apps/:id
    GET /api/v1/auth/mfa
    GET /api/v1/auth/passkeys
    PATCH DELETE /api/v1/auth/passkeys/:id
    POST /api/v1/auth/mfa/recovery-codes
    POST /api/v1/auth/mfa/remove
  `,
  client: `
    POST /api/v1/portal/auth/logout
    GET /api/v1/portal/auth/mfa
    GET /api/v1/portal/auth/passkeys
    PATCH DELETE /api/v1/portal/auth/passkeys/:id
    POST /api/v1/portal/auth/mfa/recovery-codes
    POST /api/v1/portal/auth/mfa/remove
    GET POST /api/v1/portal/tickets
    GET /api/v1/portal/tickets/:id
    GET POST /api/v1/portal/tickets/:id/notes
    GET POST /api/v1/portal/tickets/:id/attachments
    GET /api/v1/portal/tickets/:id/attachments/:attachment_id/content
    GET /api/v1/portal/company
    GET PUT PATCH /api/v1/portal/mail-preferences
  `,
  "client admin": `
    GET /api/v1/portal/invoices
    GET /api/v1/portal/invoices/:id
    GET /api/v1/portal/invoices/:id/lines
    GET /api/v1/portal/invoices/:id/pdf
    POST /api/v1/portal/invoices/:id/pay
    GET PUT /api/v1/portal/company/contacts
  `,
  "everybody of the staff": `
    GET /api/v1/companies/:id/hierarchy
    POST /api/v1/companies/:id/convert
    POST /api/v1/companies/:id/archive
    POST /api/v1/companies/:id/restore
    POST /api/v1/contacts/:id/archive
    POST /api/v1/contacts/:id/restore
    POST /api/v1/sites/:id/archive
    POST /api/v1/sites/:id/restore
    GET /api/v1/tags
    GET /api/v1/tags/:id
    GET POST /api/v1/companies/:id/notes
    GET /api/v1/companies/:id/mentionable-users
    GET POST /api/v1/companies/:id/attachments
    GET POST /api/v1/contacts/:id/notes
    GET /api/v1/contacts/:id/mentionable-users
    GET POST /api/v1/contacts/:id/attachments
    GET POST /api/v1/sites/:id/notes
    GET /api/v1/sites/:id/mentionable-users
    GET POST /api/v1/sites/:id/attachments
    GET POST /api/v1/record-notes
    GET PUT PATCH DELETE /api/v1/record-notes/:id
    GET /api/v1/record-attachments
    GET DELETE /api/v1/record-attachments/:id
    GET /api/v1/record-attachments/:id/content
    GET POST /api/v1/interactions
    GET PUT PATCH DELETE /api/v1/interactions/:id
    GET /api/v1/companies/:id/interactions
    GET /api/v1/contacts/:id/interactions
    GET POST /api/v1/api-keys
    GET DELETE /api/v1/api-keys/:id
    GET /api/v1/custom-fields
    GET /api/v1/custom-fields/:id
    POST /api/v1/bulk
    GET /api/v1/bulk/:id
    POST /api/v1/bulk/:id/undo
    GET POST /api/v1/saved-views
    GET PUT PATCH DELETE /api/v1/saved-views/:id
    GET POST /api/v1/companies
    GET PUT PATCH /api/v1/companies/:id
    GET POST /api/v1/contacts
    GET PUT PATCH /api/v1/contacts/:id
    GET /api/v1/companies/:id/contacts
    GET POST /api/v1/sites
    GET PUT PATCH /api/v1/sites/:id
    GET /api/v1/companies/:id/sites
    GET /api/v1/teams
    GET /api/v1/teams/:id
    GET /api/v1/tickets
    GET /api/v1/tickets/:id
    GET /api/v1/companies/:id/tickets
    GET /api/v1/contacts/:id/tickets
    GET /api/v1/ticket-notes
    GET /api/v1/ticket-notes/:id
    GET /api/v1/tickets/:id/notes
    GET /api/v1/ticket-attachments
    GET /api/v1/ticket-attachments/:id
    GET /api/v1/tickets/:id/attachments
    GET /api/v1/ticket-queues
    GET /api/v1/ticket-queues/:id
    GET /api/v1/ticket-statuses
    GET /api/v1/ticket-statuses/:id
    GET /api/v1/ticket-priorities
    GET /api/v1/ticket-priorities/:id
    GET /api/v1/ticket-types
    GET /api/v1/ticket-types/:id
    GET /api/v1/ticket-categories
    GET /api/v1/ticket-categories/:id
    GET /api/v1/time-entries
    GET /api/v1/time-entries/:id
    GET /api/v1/tickets/:id/time-entries
    GET /api/v1/companies/:id/time-entries
    GET /api/v1/contracts/:id/time-entries
    GET /api/v1/work-types
    GET /api/v1/work-types/:id
    GET /api/v1/contracts
    GET /api/v1/contracts/:id
    GET /api/v1/companies/:id/contracts
    GET /api/v1/contract-items
    GET /api/v1/contract-items/:id
    GET /api/v1/contract-hour-balances
    GET /api/v1/contract-hour-balances/:id
    GET /api/v1/contracts/:id/contract-hour-balances
    GET /api/v1/companies/:id/activity
    GET /api/v1/contacts/:id/activity
    GET /api/v1/tickets/:id/activity
    GET /api/v1/tickets/:id/attachments/:attachment_id/content
    GET /api/v1/time-entries/timer/active
    GET /api/v1/contracts/:id/items
    GET /api/v1/contracts/:id/hour-balance
    GET /api/v1/contracts/:id/activity
  `,
  "technician, administrator": `
    POST /api/v1/tickets
    PUT PATCH DELETE /api/v1/tickets/:id
    POST /api/v1/time-entries
    PUT PATCH DELETE /api/v1/time-entries/:id
    GET /api/v1/tickets/:id/mentionable-users
    POST /api/v1/tickets/:id/assign
    POST /api/v1/tickets/:id/notes
    POST /api/v1/tickets/:id/attachments
    DELETE /api/v1/ticket-attachments/:id
    POST /api/v1/time-entries/timer/start
    POST /api/v1/time-entries/timer/stop
    POST PATCH DELETE /api/v1/contacts/:id/portal-access
  `,
  "sales, finance, administrator": `
    POST /api/v1/contracts
    PUT PATCH DELETE /api/v1/contracts/:id
    POST /api/v1/contract-items
    PUT PATCH DELETE /api/v1/contract-items/:id
    POST /api/v1/rate-cards
    PUT PATCH DELETE /api/v1/rate-cards/:id
    POST /api/v1/rate-card-items
    PUT PATCH DELETE /api/v1/rate-card-items/:id
    POST /api/v1/contracts/:id/items
    POST /api/v1/contracts/:id/activate
    POST /api/v1/contracts/:id/cancel
    POST /api/v1/contracts/:id/renew
    POST /api/v1/contracts/:id/archive
    POST /api/v1/contracts/:id/restore
  `,
  "manager, sales, finance, administrator": `
    GET /api/v1/rate-cards
    GET /api/v1/rate-cards/:id
    GET /api/v1/rate-cards/:id/rate-card-items
    GET /api/v1/rate-card-items
    GET /api/v1/rate-card-items/:id
  `,
  "manager, finance, administrator": `
    GET /api/v1/invoices
    GET /api/v1/invoices/:id
    GET /api/v1/companies/:id/invoices
    GET /api/v1/contracts/:id/invoices
    GET /api/v1/invoice-lines
    GET /api/v1/invoice-lines/:id
    GET /api/v1/payments
    GET /api/v1/payments/:id
    GET /api/v1/companies/:id/payments
    GET /api/v1/invoices/:id/payments
    GET /api/v1/tax-rates
    GET /api/v1/tax-rates/:id
    GET /api/v1/invoices/:id/activity
    POST /api/v1/invoices/:id/approve
    GET /api/v1/invoices/:id/pdf
    GET /api/v1/invoices/:id/lines
    GET /api/v1/billing/reports/ar-aging
  `,
  "finance, administrator": `
    POST /api/v1/invoices
    PUT PATCH DELETE /api/v1/invoices/:id
    PUT PATCH DELETE /api/v1/invoice-lines/:id
    POST /api/v1/payments
    POST /api/v1/tax-rates
    PUT PATCH DELETE /api/v1/tax-rates/:id
    POST /api/v1/invoices/:id/void
    POST /api/v1/invoices/:id/rebuild
    POST /api/v1/invoices/:id/send
    POST /api/v1/invoices/:id/lines
    POST /api/v1/invoices/generate/from-contract
    POST /api/v1/invoices/generate/from-time-entries
    POST /api/v1/invoices/generate/batch
    POST /api/v1/payments/process-card
  `,
  "manager, administrator": `
    DELETE /api/v1/companies/:id
    DELETE /api/v1/contacts/:id
    DELETE /api/v1/sites/:id
    POST /api/v1/tags
    PUT PATCH DELETE /api/v1/tags/:id
    POST /api/v1/tags/:id/merge
    GET POST /api/v1/distinct-pairs
    GET DELETE /api/v1/distinct-pairs/:id
    GET /api/v1/company-duplicates
    GET /api/v1/contact-duplicates
    GET POST /api/v1/companies/:id/merge
    GET POST /api/v1/contacts/:id/merge
    GET POST /api/v1/sites/:id/merge
  `,
  administrator: `
    POST /api/v1/custom-fields
    POST /api/v1/custom-fields/:id/archive
    POST /api/v1/custom-fields/:id/restore
    PUT PATCH DELETE /api/v1/custom-fields/:id
    GET PUT PATCH /api/v1/sign-in-settings
    GET PUT PATCH /api/v1/directory-settings
    POST /api/v1/directory-settings/sync
    GET /api/v1/oauth-grants
    DELETE /api/v1/oauth-grants/:id
    GET /api/v1/staff/api-keys
    DELETE /api/v1/staff/api-keys/:id
    GET POST /api/v1/oauth-clients
    GET PUT PATCH DELETE /api/v1/oauth-clients/:id
    POST /api/v1/oauth-clients/:id/rotate-secret
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
    GET /api/v1/audit-log
    GET /api/v1/audit-log/:id
    GET /api/v1/api-requests
    GET /api/v1/api-requests/:id
    GET /api/v1/security-alerts
    GET /api/v1/security-alerts/:id
    POST /api/v1/security-alerts/:id/acknowledge
    GET PUT PATCH /api/v1/allowed-networks
    GET PUT PATCH /api/v1/modules
    GET PUT PATCH /api/v1/default-values
    GET /api/v1/standard-data
    GET /api/v1/standard-data/:list
    POST /api/v1/standard-data/:list/import
    GET /api/v1/mails
    GET /api/v1/mails/:id
    GET POST /api/v1/users
    GET PUT PATCH DELETE /api/v1/users/:id
    GET POST /api/v1/roles
    GET PUT PATCH DELETE /api/v1/roles/:id
    GET /api/v1/permissions
    GET /api/v1/users/:id/access
    POST /api/v1/teams
    PUT PATCH DELETE /api/v1/teams/:id
    POST /api/v1/ticket-queues
    PUT PATCH DELETE /api/v1/ticket-queues/:id
    POST /api/v1/ticket-statuses
    PUT PATCH DELETE /api/v1/ticket-statuses/:id
    POST /api/v1/ticket-priorities
    PUT PATCH DELETE /api/v1/ticket-priorities/:id
    POST /api/v1/ticket-types
    PUT PATCH DELETE /api/v1/ticket-types/:id
    POST /api/v1/ticket-categories
    PUT PATCH DELETE /api/v1/ticket-categories/:id
    POST /api/v1/work-types
    PUT PATCH DELETE /api/v1/work-types/:id
    GET /api/v1/import-batches
    GET /api/v1/import-batches/:id
    POST /api/v1/mails/:id/retry
    GET /api/v1/events
    GET /api/v1/events/:id
    GET /api/v1/events/:id/deliveries
    GET POST /api/v1/webhook-endpoints
    GET PUT PATCH DELETE /api/v1/webhook-endpoints/:id
    POST /api/v1/webhook-endpoints/:id/rotate-secret
    POST /api/v1/webhook-endpoints/:id/ping
    GET /api/v1/webhook-endpoints/:id/deliveries
    GET /api/v1/webhook-deliveries
    GET /api/v1/webhook-deliveries/:id
    GET /api/v1/webhook-deliveries/:id/attempts
    POST /api/v1/webhook-deliveries/:id/redeliver
    GET /api/v1/webhook-attempts
    GET /api/v1/webhook-attempts/:id
    GET /api/v1/event-deliveries
    GET /api/v1/event-types
    GET /api/v1/event-deliveries/:id
    POST /api/v1/event-deliveries/:id/retry
    POST /api/v1/event-deliveries/:id/drop
    POST /api/v1/event-deliveries/retry-dead
    GET PUT PATCH /api/v1/organization
    PUT DELETE /api/v1/organization/logo
    GET /api/v1/organization/logo/content
    GET PUT PATCH /api/v1/mail-settings
    POST /api/v1/contacts/import/:provider
    GET POST /api/v1/data-exports
    GET /api/v1/data-exports/:id
    GET /api/v1/data-exports/:id/content
    POST /api/v1/import-batches
    PATCH DELETE /api/v1/import-batches/:id
    POST /api/v1/import-batches/:id/apply
    POST /api/v1/import-batches/:id/undo
    GET PUT PATCH /api/v1/payment-gateway/config
    POST /api/v1/payment-gateway/test
  `,
};
