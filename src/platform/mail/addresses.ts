/** An address with the name of the person behind it; the name may be empty. */
export interface Mailbox {
  address: string;
  name: string;
}

const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;

/**
 * Whether a text is an e-mail address as people have them (RFC 5321 without quoted local parts and address literals): at
 * most 254 characters, a domain with a dot or `localhost`. International domains are addresses too.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 1 || at > 64 || text.length > 254) return false;
  const domain = text.slice(at + 1);
  const labels = domain.split(".");
  if (labels.length < 2 && domain.toLowerCase() !== "localhost") return false;
  return local.test(text.slice(0, at)) && labels.every((one) => label.test(one));
}

/** A name on one line: nothing in it can begin a header of its own. */
export function plainName(name: string): string {
  return name.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/**
 * An address as somebody typed it who says who they are, as accounts are looked up by it. What no database stores becomes a
 * character that is in no address, so that such an address is one that nobody has.
 */
export function typedAddress(given: string): string {
  return given.trim().toLowerCase().slice(0, 254).toWellFormed().replaceAll("\0", "\uFFFD");
}
