import { createHmac, randomBytes } from "node:crypto";
import type { App } from "../../platform/context.ts";

const purpose = "webhook-secret";

/** A new secret; receivers use the whole text as the key. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64url")}`;
}

export function sealSecret(app: App, tenantId: string, secret: string): string {
  return app.keyring.seal(purpose, tenantId, secret);
}

interface Sealed {
  secret_sealed: string;
  previous_secret_sealed: string | null;
  previous_secret_until: string | null;
}

/** The secrets that sign at this instant: the present one, and for a day the one before. */
export function secretsOf(app: App, tenantId: string, endpoint: Sealed): string[] {
  const now = app.clock.now();
  const { previous_secret_sealed: previous, previous_secret_until: until } = endpoint;
  const sealed = [endpoint.secret_sealed, ...(previous !== null && until !== null && until > now ? [previous] : [])];
  return sealed.map((one) => app.keyring.open(purpose, tenantId, one));
}

/**
 * The signature header: `t=1763715600,v1=5257a8…`, with a `v1` for each secret. Signed is the time stamp, a dot and the
 * body, byte by byte as it is sent (HMAC-SHA256, lower-case hex).
 *
 * @param timestamp whole seconds since 1970
 */
export function signature(secrets: readonly string[], timestamp: number, body: string): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`,
  );
  return [`t=${timestamp}`, ...signatures].join(",");
}
