import { Secret, TOTP } from "otpauth";

/** Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds, as every app knows them). */

const seconds = 30;
/** Steps to each side that a phone's clock may be off. */
const drift = 1;

function totpOf(base32: string, issuer: string, label: string): TOTP {
  return new TOTP({ issuer, label, secret: Secret.fromBase32(base32), algorithm: "SHA1", digits: 6, period: seconds });
}

/** A new secret of 160 bits, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

export interface TotpSetup {
  /** For typing, in groups of four. */
  secret: string;
  otpauth_url: string;
  /** A `data:` address of an SVG picture. */
  qr_code: string;
}

/** What an authenticator app needs to know of a secret; `issuer` and `label` are what it shows. */
export async function totpSetup(base32: string, issuer: string, label: string): Promise<TotpSetup> {
  // A colon would end the issuer's name in the address.
  const otpauth_url = totpOf(base32, issuer.replaceAll(":", " "), label).toString();
  const { toString: qrSvg } = await import("qrcode");
  const svg = await qrSvg(otpauth_url, { type: "svg", margin: 2, errorCorrectionLevel: "M" });
  return {
    secret: base32.replace(/(.{4})(?=.)/g, "$1 "),
    otpauth_url,
    qr_code: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
  };
}

/**
 * The time step that a code belongs to, or null when it is not right now. Whoever asks keeps the step and refuses it and
 * earlier ones from then on.
 */
export function totpStep(base32: string, code: string, now: string): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const timestamp = new Date(now).getTime();
  const delta = totpOf(base32, "", "").validate({ token: code, timestamp, window: drift });
  return delta === null ? null : Math.floor(timestamp / 1000 / seconds) + delta;
}
