import type { AccessTable } from "./table.ts";

/** What an organization's hosts answer only where there are many organizations. */
export const multiTenantAccess: AccessTable = {
  administrator: `
    GET POST /settings/domains/new
    GET /settings/domains
    GET /settings/domains/:domain
    POST /settings/domains/:domain/verify
    POST /settings/domains/:domain/primary
    POST /settings/domains/:domain/remove
    GET POST /api/v1/domains
    DELETE /api/v1/domains/:domain
    POST /api/v1/domains/:domain/verify
    POST /api/v1/domains/:domain/primary
  `,
};
