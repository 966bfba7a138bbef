import { Secret, TOTP } from "otpauth";
import { toString as qrSvg } from "qrcode";
import { totpFactors } from "../../../platform/access/factors.ts";
import { asSystem, type Ctx, type Work } from "../../../platform/context.ts";
import { insert, update } from "../../../platform/database/records.ts";

/** Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, as every app knows them). */

const purpose = "totp-secrets";
const seconds = 30;
/** Steps to each side that a phone's clock may be off. */
const drift = 1;

function totpOf(secret: Secret, issuer: string, label: string): TOTP {
  return new TOTP({ issuer, label, secret, algorithm: "SHA1", digits: 6, period: seconds });
}

/** Makes a secret that waits for its first code; one that waits already is replaced. A confirmed one must be gone before. */
export async function newTotpSecret(joined: Work, userId: string): Promise<void> {
  const work = asSystem(joined);
  const { base32 } = new Secret({ size: 20 });
  const secret_sealed = work.app.keyring.seal(purpose, work.tenant.id, base32);
  const known = await work.db
    .selectFrom("totp_factors")
    .select(["id", "confirmed_at"])
    .where("user_id", "=", userId)
    .executeTakeFirst();
  if (known === undefined) await insert(work, totpFactors, { user_id: userId, secret_sealed });
  else if (known.confirmed_at === null) await update(work, totpFactors, known.id, { secret_sealed });
}

export interface TotpSetup {
  /** For typing, in groups of four. */
  secret: string;
  otpauth_url: string;
  /** A `data:` address of an SVG picture. */
  qr_code: string;
}

/** What an authenticator app needs to know; null when no secret waits for its first code. */
export async function waitingTotp(ctx: Ctx, userId: string): Promise<TotpSetup | null> {
  const row = await ctx.db
    .selectFrom("totp_factors")
    .innerJoin("users", "users.id", "totp_factors.user_id")
    .select(["totp_factors.secret_sealed", "users.email"])
    .where("totp_factors.user_id", "=", userId)
    .where("totp_factors.confirmed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const base32 = ctx.app.keyring.open(purpose, ctx.tenant.id, row.secret_sealed);
  // A colon would end the issuer's name in the address.
  const issuer = ctx.tenant.name.replaceAll(":", " ");
  const otpauth_url = totpOf(Secret.fromBase32(base32), issuer, row.email).toString();
  const svg = await qrSvg(otpauth_url, { type: "svg", margin: 2, errorCorrectionLevel: "M" });
  return {
    secret: base32.replace(/(.{4})(?=.)/g, "$1 "),
    otpauth_url,
    qr_code: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
  };
}

/**
 * Whether a code is right now, and has not been used: its time step is written down in the same statement that asks for a
 * later one, so of two uses at the same moment one counts.
 */
export async function takeTotp(
  work: Work,
  userId: string,
  code: string,
  which: "confirmed" | "waiting",
): Promise<boolean> {
  const row = await work.db
    .selectFrom("totp_factors")
    .select(["id", "secret_sealed"])
    .where("user_id", "=", userId)
    .where("confirmed_at", which === "confirmed" ? "is not" : "is", null)
    .executeTakeFirst();
  if (row === undefined || !/^\d{6}$/.test(code)) return false;
  const secret = Secret.fromBase32(work.app.keyring.open(purpose, work.tenant.id, row.secret_sealed));
  const now = work.app.clock.now();
  const timestamp = new Date(now).getTime();
  const delta = totpOf(secret, "", "").validate({ token: code, timestamp, window: drift });
  if (delta === null) return false;
  const step = Math.floor(timestamp / 1000 / seconds) + delta;
  const taken = await work.db
    .updateTable("totp_factors")
    .set({ last_used_step: step, last_used_at: now })
    .where("id", "=", row.id)
    .where((eb) => eb.or([eb("last_used_step", "is", null), eb("last_used_step", "<", step)]))
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}
