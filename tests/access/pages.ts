import type { AccessTable } from "./table.ts";

/** Who gets in by each page, fragment, form, button and download. */
export const pageAccess: AccessTable = {
  anybody: `
    GET /brand.css
    GET /brand/logo
    GET POST /sign-in
    GET POST /sign-in/code
    POST /sign-in/passkey/options
    POST /sign-in/passkey
    POST /sign-in/code/passkey/options
    POST /sign-in/code/passkey
    POST /portal/sign-in/passkey/options
    POST /portal/sign-in/passkey
    POST /portal/sign-in/code/passkey/options
    POST /portal/sign-in/code/passkey
    GET POST /sign-in/two-step
    GET POST /sign-in/new-password
    GET POST /portal/sign-in/code
    GET POST /portal/sign-in/two-step
    GET POST /portal/sign-in/new-password
    GET POST /forgot
    GET POST /invite/:token
    GET POST /reset/:token
    GET POST /portal/sign-in
    GET POST /portal/forgot
    GET POST /portal/invite/:token
    GET POST /portal/reset/:token
    GET POST /setup/start/:token
    GET POST /mails/:token
  `,
  client: `
    POST /portal/sign-out
    GET /portal/shown-once
    GET /portal/account
    GET POST /portal/account/mails
    GET POST /portal/account/appearance
    POST /portal/account/password
    POST /portal/account/passkeys/options
    POST /portal/account/passkeys
    GET POST /portal/account/passkeys/:id
    GET POST /portal/account/passkeys/:id/remove
    GET POST /portal/account/two-step/start
    GET POST /portal/account/two-step
    GET POST /portal/account/two-step/recovery-codes
    GET POST /portal/account/two-step/remove
    GET POST /portal/account/sessions/:id/name
    POST /portal/account/sessions/:id/revoke
    POST /portal/account/sessions/revoke-others
    GET /portal
    GET /portal/tickets
    GET /portal/tickets/export
    GET POST /portal/tickets/new
    GET /portal/tickets/:id
    GET /portal/live
    POST /portal/tickets/:id/notes
    GET /portal/tickets/:id/attachments/:attachment_id
  `,
  "client admin": `
    GET /portal/invoices
    GET /portal/invoices/export
    GET /portal/invoices/:id
    GET /portal/invoices/:id/pdf
    POST /portal/invoices/:id/pay
    GET /portal/invoices/:id/paid
    GET /portal/contacts
    GET /portal/contacts/export
    GET POST /portal/contacts/new
    GET POST /portal/contacts/:id
  `,
  "everybody of the staff": `
    POST /companies/:id/convert
    GET /companies/:id/activity
    GET /contacts/:id/activity
    POST /companies/:id/interactions
    POST /contacts/:id/interactions
    GET POST /companies/:id/notes
    GET /companies/:id/mentions
    GET POST /contacts/:id/notes
    GET /contacts/:id/mentions
    GET POST /sites/:id/notes
    GET /sites/:id/mentions
    POST /companies/:id/attachments
    POST /contacts/:id/attachments
    POST /sites/:id/attachments
    GET /sites/:id
    GET POST /notes/:id/edit
    POST /notes/:id/pin
    POST /notes/:id/alert
    POST /notes/:id/delete
    GET /record-attachments/:id
    POST /record-attachments/:id/delete
    GET POST /interactions/:id/edit
    POST /interactions/:id/delete
    GET /api
    GET /api/changelog
    GET /api/guide
    GET /api/:operation
    GET POST /oauth/authorize
    GET /account/apps
    POST /account/apps/:id/withdraw
    GET /
    GET /live
    GET /notifications
    GET /notifications/latest
    GET /notifications/bell
    GET /notifications/:id/open
    POST /notifications/read-all
    GET POST /account/notifications
    GET /search
    GET /search/suggest
    GET POST /lists/columns
    GET /lists/export
    GET /palette
    GET /keyboard
    POST /bulk/ask
    POST /bulk/run
    GET /bulk/:id
    POST /bulk/:id/undo
    POST /undo/:id
    GET POST /account/appearance
    GET /lists/counts
    POST /lists/views/default
    GET POST /lists/views/new
    GET POST /lists/views/:id
    POST /lists/views/:id/update
    POST /lists/views/:id/delete
    GET /settings
    POST /sign-out
    GET /shown-once
    GET /account
    GET /account/access
    POST /account/password
    POST /account/passkeys/options
    POST /account/passkeys
    GET POST /account/passkeys/:id
    GET POST /account/passkeys/:id/remove
    GET POST /account/two-step/start
    GET POST /account/two-step
    GET POST /account/two-step/recovery-codes
    GET POST /account/two-step/remove
    GET POST /account/sessions/:id/name
    POST /account/sessions/:id/revoke
    POST /account/sessions/revoke-others
    GET /account/api-keys
    GET POST /account/api-keys/new
    GET /account/api-keys/:id
    POST /account/api-keys/:id/revoke
    GET /companies
    GET /companies/:id
    GET /contacts
    GET /sites
    GET /contacts/:id
    POST /companies/:id/archive
    POST /companies/:id/restore
    POST /contacts/:id/archive
    POST /contacts/:id/restore
    POST /sites/:id/archive
    POST /sites/:id/restore
    GET POST /companies/new
    GET POST /companies/:id/edit
    GET POST /contacts/new
    GET POST /contacts/:id/edit
    GET POST /sites/new
    GET POST /sites/:id/edit
    GET /tickets
    GET /my-work
    GET /tickets/:id/attachments/:attachment_id
    GET /time
    GET /time/:id/edit
    GET /contracts
    GET /contracts/:id
    GET /tickets/:id
    GET /tickets/:id/previous
    GET /tickets/:id/next
  `,
  "technician, administrator": `
    GET /tickets/:id/mentions
    POST /tickets/:id/attachments/:attachment_id/delete
    POST /tickets/:id/take
    POST /tickets/:id/delete
    GET POST /tickets/new
    GET POST /time/new
    POST /time/:id/edit
    POST /time/:id/delete
    GET /timer
    POST /timer/start
    POST /timer/stop
    POST /timer/discard
    POST /tickets/:id
    POST /tickets/:id/reply
    GET POST /tickets/:id/edit
    GET POST /contacts/:id/portal-access
    GET POST /contacts/:id/portal-access/role
    POST /contacts/:id/portal-access/revoke
  `,
  "sales, finance, administrator": `
    POST /contracts/:id/activate
    POST /contracts/:id/cancel
    POST /contracts/:id/renew
    POST /contracts/:id/archive
    POST /contracts/:id/restore
    POST /contracts/:id/delete
    POST /contract-items/:id/delete
    GET POST /contracts/new
    GET POST /contracts/:id/edit
    GET POST /contracts/:id/items/new
    GET POST /contract-items/:id/edit
    GET POST /rate-cards/new
    POST /rate-cards/:id
    POST /rate-cards/:id/delete
  `,
  "manager, sales, finance, administrator": `
    GET /rate-cards
    GET /rate-cards/:id
  `,
  "manager, finance, administrator": `
    GET /invoices
    GET /invoices/:id
    GET /invoices/:id/pdf
    GET /invoices/:id/lines/:line_id
    POST /invoices/:id/approve
    GET POST /billing/review
    GET /billing/aging
  `,
  "finance, administrator": `
    POST /invoices/:id/lines/:line_id/move/:direction
    POST /invoices/:id/lines/:line_id/delete
    POST /invoices/:id/void
    POST /invoices/:id/rebuild
    POST /invoices/:id/delete
    POST /invoices/:id/send
    GET POST /invoices/new
    GET POST /invoices/:id/edit
    GET POST /invoices/:id/lines/new
    GET POST /invoices/:id/lines/:line_id/edit
    GET POST /invoices/:id/payment
    GET POST /invoices/from-time
    GET POST /billing/run
    GET /settings/tax-rates
    GET POST /settings/tax-rates/new
    GET POST /settings/tax-rates/:id
    POST /settings/tax-rates/:id/delete
  `,
  "manager, administrator": `
    POST /companies/:id/delete
    POST /contacts/:id/delete
    POST /sites/:id/delete
    GET /settings/tags
    GET POST /settings/tags/new
    GET POST /settings/tags/:id
    GET POST /settings/tags/:id/merge
    POST /settings/tags/:id/delete
    GET /companies/duplicates
    GET /contacts/duplicates
    POST /companies/duplicates/dismiss
    POST /contacts/duplicates/dismiss
    POST /companies/duplicates/:id/again
    POST /contacts/duplicates/:id/again
    GET POST /companies/:id/merge
    GET POST /contacts/:id/merge
    GET POST /sites/:id/merge
  `,
  administrator: `
    GET /settings/custom-fields
    GET POST /settings/custom-fields/new
    GET POST /settings/custom-fields/:id
    POST /settings/custom-fields/:id/archive
    POST /settings/custom-fields/:id/restore
    POST /settings/custom-fields/:id/delete
    POST /settings/custom-fields/:id/move
    GET POST /settings/sign-in
    GET POST /settings/directory
    POST /settings/directory/test
    POST /settings/directory/sync
    POST /settings/staff/:id/link-directory
    POST /settings/staff/:id/unlink-directory
    GET /settings/api-keys
    GET /settings/api-keys/:id
    POST /settings/api-keys/:id/revoke
    GET /settings/app-access
    GET /settings/app-access/:id
    POST /settings/app-access/:id/revoke
    GET /settings/apps
    GET POST /settings/apps/new
    GET /settings/apps/:id
    GET POST /settings/apps/:id/edit
    POST /settings/apps/:id/rotate-secret
    POST /settings/apps/:id/revoke
    GET /settings/staff/:id/sign-in
    GET /settings/staff/:id/access
    POST /settings/staff/:id/reset-second-factor
    POST /settings/staff/:id/require-new-password
    POST /settings/staff/:id/end-sessions
    POST /settings/staff/:id/sessions/:session_id/end
    GET /settings/audit
    GET /settings/audit/export.csv
    GET /settings/audit/:id
    GET /settings/api-requests
    GET /settings/api-requests/export.csv
    GET POST /settings/api-requests/keep
    GET /settings/security-alerts
    GET /settings/security-alerts/:id
    POST /settings/security-alerts/:id/acknowledge
    GET POST /settings/allowed-networks
    GET POST /settings/modules
    GET POST /settings/defaults
    GET POST /settings/branding
    GET POST /settings/organization
    POST /settings/organization/remove-logo
    GET POST /settings/address
    GET POST /settings/locale
    GET POST /settings/invoicing
    GET POST /settings/mail
    POST /settings/mail/test
    GET /settings/mails
    GET /settings/mails/:id
    POST /settings/mails/:id/retry
    GET /settings/events
    GET /settings/events/:id
    POST /settings/event-deliveries/:id/retry
    POST /settings/event-deliveries/:id/drop
    GET /settings/webhooks
    GET POST /settings/webhooks/new
    GET /settings/webhooks/:id
    GET POST /settings/webhooks/:id/edit
    GET POST /settings/webhooks/:id/rotate
    POST /settings/webhooks/:id/ping
    POST /settings/webhooks/:id/delete
    GET /settings/webhooks/:id/deliveries
    GET /settings/webhook-deliveries/:id
    POST /settings/webhook-deliveries/:id/redeliver
    GET /settings/events/dead
    POST /settings/events/dead/:handler/retry
    GET /settings/events/catalog
    GET POST /settings/events/retention
    GET /settings/staff
    GET /settings/staff/:id
    GET POST /settings/staff/new
    GET POST /settings/staff/:id/edit
    POST /settings/staff/:id/invite
    POST /settings/staff/:id/deactivate
    POST /settings/staff/:id/reactivate
    GET /settings/roles
    GET /settings/teams
    GET POST /settings/teams/new
    GET POST /settings/teams/:id
    POST /settings/teams/:id/delete
    GET POST /settings/roles/new
    GET POST /settings/roles/:id
    POST /settings/roles/:id/delete
    GET POST /setup/organization
    GET POST /setup/address
    GET POST /setup/locale
    GET POST /setup/mail
    GET POST /setup/reference
    GET /setup/done
    POST /setup/mail/test
    GET /settings/standard-data
    GET POST /settings/standard-data/:list
    GET /settings/ticket-queues
    GET POST /settings/ticket-queues/new
    GET POST /settings/ticket-queues/:id
    POST /settings/ticket-queues/:id/delete
    POST /settings/ticket-queues/:id/archive
    POST /settings/ticket-queues/:id/restore
    GET /settings/ticket-statuses
    GET POST /settings/ticket-statuses/new
    GET POST /settings/ticket-statuses/:id
    POST /settings/ticket-statuses/:id/delete
    GET /settings/ticket-priorities
    GET POST /settings/ticket-priorities/new
    GET POST /settings/ticket-priorities/:id
    POST /settings/ticket-priorities/:id/delete
    GET /settings/ticket-types
    GET POST /settings/ticket-types/new
    GET POST /settings/ticket-types/:id
    POST /settings/ticket-types/:id/delete
    POST /settings/ticket-types/:id/archive
    POST /settings/ticket-types/:id/restore
    GET /settings/ticket-categories
    GET POST /settings/ticket-categories/new
    GET POST /settings/ticket-categories/:id
    POST /settings/ticket-categories/:id/delete
    POST /settings/ticket-categories/:id/archive
    POST /settings/ticket-categories/:id/restore
    GET /settings/work-types
    GET POST /settings/work-types/new
    GET POST /settings/work-types/:id
    POST /settings/work-types/:id/delete
    GET POST /settings/time-rounding
    GET POST /settings/exports
    GET /settings/exports/:id/download
    GET /imports
    GET POST /imports/new
    GET POST /imports/:id
    GET /imports/:id/problems
    POST /imports/:id/undo
    POST /imports/:id/discard
    POST /imports/:id/go-on
    GET POST /settings/payments
    POST /settings/payments/test
  `,
};
