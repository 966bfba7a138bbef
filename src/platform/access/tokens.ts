import { timingSafeEqual } from "node:crypto";
import { hashToken, newToken } from "../crypto/tokens.ts";

/**
 * Opaque credentials. A token says what it is for and which tenant it belongs to, so that the tenant is known before
 * anything is looked up: `pk_<tenant id, 32 hex digits>_<43 characters of base64url>`. Only its hash is ever stored.
 */
export type TokenKind =
  | "api"
  | "session"
  | "invite"
  | "reset"
  | "setup"
  | "portal"
  | "challenge"
  | "refresh"
  | "oauth_access"
  | "oauth_refresh"
  | "oauth_code"
  | "oauth_secret"
  | "operator_key"
  | "operator_session"
  | "operator_link"
  | "operator_step";

export interface Token {
  kind: TokenKind;
  tenantId: string;
  /** SHA-256 of the whole token, lower-case hex: what the tables hold and are searched by. */
  hash: string;
}

/** The prefixes stay what they are: people and secret scanners know keys by them. */
const prefixes: Record<TokenKind, string> = {
  api: "pk",
  session: "ps",
  invite: "pi",
  reset: "pr",
  setup: "pu",
  portal: "pp",
  operator_key: "pq",
  operator_session: "po",
  operator_link: "pl",
  operator_step: "pj",
  challenge: "pc",
  refresh: "pf",
  oauth_access: "pt",
  oauth_refresh: "py",
  oauth_code: "pd",
  oauth_secret: "pz",
};

const kinds = new Map(Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as TokenKind]));
const pattern = /^(p[a-z])_([0-9a-f]{32})_[A-Za-z0-9_-]{43}$/;

/** A new token with 256 random bits. The token goes to its owner and nowhere else; the hash into the table. */
export function mintToken(kind: TokenKind, tenantId: string): { token: string; hash: string } {
  const token = `${prefixes[kind]}_${tenantId.replaceAll("-", "")}_${newToken()}`;
  return { token, hash: hashToken(token) };
}

/** Reads a token that somebody brings; null when it does not have the form of one. It may still be unknown or revoked. */
export function readToken(text: string): Token | null {
  const [, prefix = "", hex = ""] = pattern.exec(text) ?? [];
  const kind = kinds.get(prefix);
  if (kind === undefined) return null;
  const tenantId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { kind, tenantId, hash: hashToken(text) };
}

/** Whether two hashes are the same, in a time that does not tell how much of them agrees. */
export function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
