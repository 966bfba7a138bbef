/** A host name: dot-separated labels of letters, digits and dashes, at most 253 characters. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A host name as it is kept and compared: lower case, international names in their ASCII form (RFC 5891), no dot at the
 * end. Null for anything that is none, such as an address with a path or a port.
 */
export function normalHost(given: string): string | null {
  const text = given.trim().replace(/\.$/, "");
  if (text === "" || /[\s/:@?#\\%[\]]/.test(text)) return null;
  const host = URL.parse(`http://${text}`)?.hostname.replace(/\.$/, "") ?? "";
  return hostName.test(host) ? host : null;
}

/** Whether an organization may claim the name for itself: a real name below a top-level domain, no address. */
export function isClaimable(host: string): boolean {
  return (
    host.includes(".") &&
    !/^\d+(\.\d+)*$/.test(host) &&
    !/\.(localhost|local|internal|invalid|test|onion|arpa)$/.test(host)
  );
}

/** Where the proof of a domain is looked for: a TXT record beside it, so that its own records stay as they are. */
export function proofName(domain: string): string {
  return `_purser.${domain}`;
}

export const proofPrefix = "purser-verification=";

/** Whether the TXT records (each in its pieces, as DNS gives them) hold the proof. */
export function holdsProof(records: readonly (readonly string[])[], proof: string): boolean {
  return records.some((pieces) => pieces.join("").trim() === proofPrefix + proof);
}

/** Where the proof is looked for on the web server that a domain leads to so far. */
export function proofUrl(domain: string, scheme: "https" | "http" = "https"): string {
  return `${scheme}://${domain}/.well-known/purser-verification.txt`;
}

/** Whether what a web server said is the proof: alone on the first line that says anything. */
export function isProof(body: string, proof: string): boolean {
  return (
    body
      .replace(/^\uFEFF/, "")
      .trim()
      .split(/\r?\n/)[0]
      ?.trim() ===
    proofPrefix + proof
  );
}

/**
 * The address of an organization at one of its domains, with scheme and port of another that leads to the same server: its
 * own until now, or the operators'. https where there is none.
 */
export function urlAt(domain: string, present: string): string {
  const url = URL.parse(present);
  if (url === null) return `https://${domain}`;
  return `${url.protocol}//${domain}${url.port === "" ? "" : `:${url.port}`}`;
}
