/** What an entry of Active Directory means. Pure: no network, no database. */

/** Somebody of the directory, as far as Purser wants to know them. */
export interface Member {
  /** By which they stay known, whatever they are called and wherever they stand. */
  guid: string;
  dn: string;
  /** Lower case; empty: they have none. */
  email: string;
  name: string;
  title: string | null;
  phone: string | null;
  isEnabled: boolean;
}

/** What a comparison with the directory has done. */
export interface SyncResult {
  made: number;
  changed: number;
  ended: number;
  /** Who was left out, and why. */
  skipped: Skipped[];
}

export interface Skipped {
  name: string;
  email: string;
  why: Why;
}

/**
 * `own_account`: an account of this address exists that has a password of its own; `last_administrator`: without them, or with
 * other roles, nobody with a password here could manage the staff.
 */
export type Why = "no_address" | "other_domain" | "own_account" | "no_seat" | "last_administrator" | "refused";

/** What is asked of the server about a person. */
export const memberAttributes = [
  "objectGUID",
  "userPrincipalName",
  "mail",
  "displayName",
  "cn",
  "title",
  "telephoneNumber",
  "userAccountControl",
];

/** The bit of `userAccountControl` that says an account is disabled (MS-ADTS 2.2.16). */
const disabled = 0x2;

type Entry = { dn: string } & Record<string, unknown>;

/** Reads an entry; null for one without an id of its own, which is nobody. */
export function memberOf(entry: Entry): Member | null {
  const guid = entry["objectGUID"];
  if (!(guid instanceof Uint8Array) || guid.length !== 16) return null;
  const text = (name: string): string => {
    const value = entry[name];
    return (Array.isArray(value) ? String(value[0] ?? "") : typeof value === "string" ? value : "").trim();
  };
  const principal = text("userPrincipalName");
  const email = (text("mail") || principal).toLowerCase();
  return {
    guid: guidText(guid),
    dn: entry.dn,
    email: email.includes("@") ? email : "",
    name: (text("displayName") || text("cn") || principal).slice(0, 120),
    title: text("title").slice(0, 255) || null,
    phone: text("telephoneNumber").slice(0, 50) || null,
    isEnabled: (Number(text("userAccountControl") || 0) & disabled) === 0,
  };
}

/** `objectGUID` as it is written: its first three parts stand the other way round (MS-DTYP 2.3.4.2). */
export function guidText(bytes: Uint8Array): string {
  const hex = (...at: number[]): string => at.map((one) => (bytes[one] ?? 0).toString(16).padStart(2, "0")).join("");
  return [hex(3, 2, 1, 0), hex(5, 4), hex(7, 6), hex(8, 9), hex(10, 11, 12, 13, 14, 15)].join("-");
}

/** A value inside of a filter, so that nothing in it means anything there (RFC 4515, 3). */
export function filterValue(text: string): string {
  return text.replace(/[\0()*\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Whether somebody is in a group, or in a group of it, however deep: Active Directory's own rule (LDAP_MATCHING_RULE_IN_CHAIN). */
export const inGroup = (groupDn: string): string => `(memberOf:1.2.840.113556.1.4.1941:=${filterValue(groupDn)})`;

export const person = "(objectCategory=person)(objectClass=user)";

/** Domains as they are typed, with spaces, commas or an @ before them; null where one cannot be one. */
export function domainsOf(text: string): string[] | null {
  const domains = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .map((one) => one.replace(/^@/, ""))
    .filter((one) => one !== "");
  return domains.every((one) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one)) ? [...new Set(domains)] : null;
}

/** Whether an address belongs to one of the domains, as they are kept. */
export function isAtDomain(email: string, domains: string): boolean {
  const at = email.lastIndexOf("@");
  return at !== -1 && domains.split(" ").includes(email.slice(at + 1).toLowerCase());
}
