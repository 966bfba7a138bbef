import { expect, test } from "bun:test";
import { modules } from "../src/modules/index.ts";
import { moduleRoutes, operatorRoutes } from "../src/platform/http/module-routes.ts";
import type { Route } from "../src/platform/http/route.ts";
import { buildRegistry } from "../src/platform/registry.ts";

/** The endpoints that the specification lists for what is there already (PRD 3.1, 3.3–3.5, 3.8, 3.10, 3.13, 3.15). */
const specified = `
  POST   /auth/login
  POST   /auth/logout
  POST   /auth/refresh
  GET    /auth/sessions
  DELETE /auth/sessions/{id}
  POST   /auth/mfa/setup
  POST   /auth/mfa/verify
  GET    /auth/sso/providers
  POST   /auth/sso/{provider}/initiate
  POST   /auth/sso/{provider}/callback

  GET POST       /companies
  GET PUT DELETE /companies/{id}
  GET            /companies/{id}/contacts
  GET            /companies/{id}/sites
  GET            /companies/{id}/tickets
  GET            /companies/{id}/contracts
  GET            /companies/{id}/invoices
  GET            /companies/{id}/activity
  GET POST       /contacts
  GET PUT DELETE /contacts/{id}
  GET            /contacts/{id}/tickets
  GET            /contacts/{id}/activity
  POST           /contacts/{id}/portal-access
  GET POST       /sites
  GET PUT DELETE /sites/{id}
  POST           /contacts/import/csv
  POST           /contacts/import/itflow

  GET POST       /tickets
  GET PUT DELETE /tickets/{id}
  GET POST       /tickets/{id}/notes
  GET POST       /tickets/{id}/attachments
  GET            /tickets/{id}/time-entries
  GET            /tickets/{id}/activity
  POST           /tickets/{id}/assign
  GET POST       /ticket-queues
  PUT DELETE     /ticket-queues/{id}
  GET POST       /ticket-statuses
  GET POST       /ticket-priorities
  GET POST       /ticket-types

  GET POST       /time-entries
  GET PUT DELETE /time-entries/{id}
  POST           /time-entries/timer/start
  POST           /time-entries/timer/stop
  GET            /time-entries/timer/active
  GET POST       /work-types
  PUT DELETE     /work-types/{id}

  GET POST       /contracts
  GET PUT DELETE /contracts/{id}
  GET POST       /contracts/{id}/items
  GET            /contracts/{id}/hour-balance
  POST           /contracts/{id}/renew
  GET POST       /rate-cards
  GET PUT DELETE /rate-cards/{id}

  GET POST       /invoices
  GET PUT DELETE /invoices/{id}
  POST           /invoices/{id}/send
  POST           /invoices/{id}/void
  GET            /invoices/{id}/pdf
  POST           /invoices/generate/from-time-entries
  POST           /invoices/generate/from-contract
  POST           /invoices/generate/batch
  GET POST       /payments
  GET            /payments/{id}
  POST           /payments/process-card
  GET PUT        /payment-gateway/config
  POST           /payment-gateway/test
  GET            /billing/reports/ar-aging

  GET PUT /users/{id}/notification-preferences
  GET     /notifications
  PUT     /notifications/{id}/read
  PUT     /notifications/read-all
  GET     /notifications/unread-count

  POST     /portal/auth/login
  POST     /portal/auth/logout
  POST     /portal/auth/forgot-password
  POST     /portal/auth/reset-password
  GET POST /portal/tickets
  GET      /portal/tickets/{id}
  POST     /portal/tickets/{id}/notes
  GET POST /portal/tickets/{id}/attachments
  GET      /portal/invoices
  GET      /portal/invoices/{id}
  GET      /portal/invoices/{id}/pdf
  POST     /portal/invoices/{id}/pay
  GET      /portal/company
  PUT      /portal/company/contacts
`;

/** Of the operators' host, in the multi-tenant edition (PRD 3.2). */
const ofOperators = `
  GET POST       /tenants
  GET PUT DELETE /tenants/{id}
  POST           /tenants/{id}/suspend
  POST           /tenants/{id}/activate
  GET            /tenants/{id}/usage
`;

/** What the same chapters list and a module brings that is still to come; it moves up when that is there. */
const toCome = `
  GET /companies/{id}/assets
`;

/** Which of the endpoints are not among the routes. */
function missing(listed: string, routes: readonly Pick<Route, "method" | "path">[]): string[] {
  const absent: string[] = [];
  for (const line of listed.split("\n").filter((text) => text.trim() !== "")) {
    const words = line.trim().split(/\s+/);
    const path = words.at(-1) ?? "";
    const parts = path.split("/");
    for (const method of words.slice(0, -1)) {
      const isThere = routes.some((route) => {
        const own = route.path.replace("/api/v1", "").split("/");
        return (
          route.method === method &&
          route.path.startsWith("/api/v1/") &&
          own.length === parts.length &&
          own.every((part, at) => part === parts[at] || (part.startsWith(":") && parts[at] !== undefined))
        );
      });
      if (!isThere) absent.push(`${method} ${path}`);
    }
  }
  return absent;
}

test("every endpoint that the specification lists for a finished module is there", () => {
  const routes = moduleRoutes(buildRegistry(modules));
  expect(missing(specified, routes)).toEqual([]);
  expect(missing(toCome, routes)).toEqual(toCome.trim().split(/\n\s*/));
});

test("every endpoint that the specification lists for operators is at their host, which one edition has", () => {
  const routes = operatorRoutes(buildRegistry(modules));
  expect(missing(ofOperators, routes)).toEqual(MULTI_TENANT ? [] : missing(ofOperators, []));
});
