import { randomInt } from "node:crypto";
import type { Ctx } from "../context.ts";
import { sign } from "../crypto/tokens.ts";

const count = 10;
/** Without letters and digits that look alike. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789";

/** Ten new codes, each of which works once when the authenticator app is lost. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, () =>
    [0, 1].map(() => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("")).join("-"),
  );
}

/**
 * What is kept of a code. Fifty bits could be searched through if only a hash protected them, so the hash takes a key that is
 * not in the database. Case, spaces and dashes do not count.
 */
export function recoveryHash(ctx: Pick<Ctx, "app" | "tenant">, ownerId: string, code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "");
  return sign(ctx.app.keyring.derive("recovery-codes", ctx.tenant.id), `${ownerId}:${plain}`);
}
