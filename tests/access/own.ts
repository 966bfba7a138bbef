import { addressOf, type Headers } from "../support/everything.ts";
import type { TestProgram, TestTenant } from "../support/program.ts";

/**
 * What is somebody's own, whatever others may do: a route a line, and what is sent to it (as a form, or over the API as
 * attributes of that type). For everybody else there is nothing at the address, and nothing happens.
 */

/** The administrator's here. */
const staffLines = `
  GET /account/sessions/:id/name
  POST /account/sessions/:id/name device_name=Stolen
  POST /account/sessions/:id/revoke
  GET /account/passkeys/:id
  POST /account/passkeys/:id name=Stolen
  GET /account/passkeys/:id/remove
  POST /account/passkeys/:id/remove
  GET /account/api-keys/:id
  POST /account/api-keys/:id/revoke
  POST /account/apps/:id/withdraw
  GET /notifications/:id/open
  GET /bulk/:id
  POST /bulk/:id/undo
  POST /undo/:id
  PATCH /api/v1/auth/sessions/:id sessions:device_name=Stolen
  DELETE /api/v1/auth/sessions/:id
  PATCH /api/v1/auth/passkeys/:id passkeys:name=Stolen
  DELETE /api/v1/auth/passkeys/:id
  DELETE /api/v1/auth/apps/:id
  GET /api/v1/notifications/:id
  PUT /api/v1/notifications/:id/read notifications:
  GET /api/v1/api-keys/:id
  DELETE /api/v1/api-keys/:id
  GET /api/v1/bulk/:id
  POST /api/v1/bulk/:id/undo bulk_runs:
`;

/** The client's administrator's. */
const clientLines = `
  GET /portal/account/sessions/:id/name
  POST /portal/account/sessions/:id/name device_name=Stolen
  POST /portal/account/sessions/:id/revoke
  GET /portal/account/passkeys/:id
  POST /portal/account/passkeys/:id name=Stolen
  GET /portal/account/passkeys/:id/remove
  POST /portal/account/passkeys/:id/remove
  PATCH /api/v1/portal/auth/passkeys/:id passkeys:name=Stolen
  DELETE /api/v1/portal/auth/passkeys/:id
`;

/** What is sent: the type of the document over the API, and a field. */
export interface OwnRequest {
  type: string | null;
  fields: Readonly<Record<string, string>>;
}

function read(lines: string): Map<string, OwnRequest> {
  return new Map(
    lines
      .trim()
      .split(/\n\s*/)
      .flatMap((line) => {
        const words = line.split(" ");
        const at = words.findIndex((word) => word.startsWith("/"));
        const sent = words[at + 1] ?? "";
        const [type, fields] = sent.includes(":") ? sent.split(":") : [null, sent];
        const request = { type: type ?? null, fields: Object.fromEntries(new URLSearchParams(fields)) };
        return words.slice(0, at).map((method): [string, OwnRequest] => [`${method} ${words[at] ?? ""}`, request]);
      }),
  );
}

export const ownOfStaff = read(staffLines);
export const ownOfClients = read(clientLines);

/**
 * Routes of the API that ask for no permission, by what they answer to a key of `companies.read`: who one is may be asked
 * with any key; what is somebody's own is not for a key with some permissions, and the portal and signing in not for any.
 */
export const limitedKeys: ReadonlyMap<number, ReadonlyMap<string, OwnRequest>> = new Map([
  [
    200,
    read(`
      GET /api/v1/me
      GET /api/v1/me/access
      GET /api/v1/notifications
      GET /api/v1/notifications/unread-count
    `),
  ],
  [
    403,
    read(`
      PATCH /api/v1/me users:title=Stolen
      PUT /api/v1/notifications/read-all notifications:
      GET /api/v1/auth/sessions
      PATCH /api/v1/auth/sessions/:id sessions:device_name=Stolen
      DELETE /api/v1/auth/sessions/:id
      GET /api/v1/auth/passkeys
      PATCH /api/v1/auth/passkeys/:id passkeys:name=Stolen
      DELETE /api/v1/auth/passkeys/:id
      GET /api/v1/auth/apps
      DELETE /api/v1/auth/apps/:id
    `),
  ],
  [
    404,
    read(`
      GET /api/v1/notifications/:id
      PUT /api/v1/notifications/:id/read notifications:
      GET /api/v1/users/:id/notification-preferences
      PUT /api/v1/users/:id/notification-preferences user_notification_preferences:
      GET /api/v1/bulk/:id
      POST /api/v1/bulk/:id/undo bulk_runs:
    `),
  ],
  [
    422,
    read(`
      POST /api/v1/bulk bulk_runs:action=tickets.update
    `),
  ],
  [
    401,
    read(`
      POST /api/v1/auth/logout
      GET /api/v1/auth/mfa
      POST /api/v1/auth/mfa/recovery-codes
      POST /api/v1/auth/mfa/remove
      POST /api/v1/portal/auth/logout
      GET /api/v1/portal/auth/mfa
      POST /api/v1/portal/auth/mfa/recovery-codes
      POST /api/v1/portal/auth/mfa/remove
      GET /api/v1/portal/auth/passkeys
      PATCH DELETE /api/v1/portal/auth/passkeys/:id
      GET POST /api/v1/portal/tickets
      GET /api/v1/portal/tickets/:id
      GET POST /api/v1/portal/tickets/:id/notes
      GET POST /api/v1/portal/tickets/:id/attachments
      GET /api/v1/portal/tickets/:id/attachments/:attachment_id/content
      GET /api/v1/portal/invoices
      GET /api/v1/portal/invoices/:id
      GET /api/v1/portal/invoices/:id/lines
      GET /api/v1/portal/invoices/:id/pdf
      POST /api/v1/portal/invoices/:id/pay
      GET /api/v1/portal/company
      GET PUT /api/v1/portal/company/contacts
      GET PUT PATCH /api/v1/portal/mail-preferences
    `),
  ],
  [
    409,
    read(`
      POST /api/v1/auth/password
      POST /api/v1/auth/mfa/setup
      POST /api/v1/auth/mfa/verify
      POST /api/v1/portal/auth/password
      POST /api/v1/portal/auth/mfa/setup
      POST /api/v1/portal/auth/mfa/verify
    `),
  ],
]);

/** What one of these requests answers, by its real address. */
export async function statusOf(
  t: TestProgram,
  name: string,
  { type, fields }: OwnRequest,
  ids: Readonly<Record<string, string>>,
  headers: Headers,
  tenant: TestTenant,
): Promise<number> {
  const [method = "", path = ""] = name.split(" ");
  const isApi = path.startsWith("/api/");
  const sent = isApi ? JSON.stringify({ data: { type, attributes: fields } }) : new URLSearchParams(fields);
  const answer = await t.fetch(
    addressOf(path, ids),
    {
      method,
      headers: { ...headers, ...(isApi ? { "content-type": "application/json" } : {}) },
      ...(method === "GET" || method === "DELETE" ? {} : { body: sent }),
    },
    tenant,
  );
  await answer.body?.cancel();
  return answer.status;
}
