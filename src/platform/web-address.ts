/**
 * A web address as it is kept, of what somebody typed: `example.com` becomes `https://example.com`. Null for what is none:
 * other schemes, which a page must never link to, a name without a dot that does not say that it is an address, one with a
 * password in it.
 */
export function webAddress(typed: string): string | null {
  const text = typed.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const address = hasScheme ? text : `https://${text}`;
  if (/[\s"<>\\]/.test(address) || !/^https?:\/\/[^/?#]/i.test(address) || !URL.canParse(address)) return null;
  const { username, password, hostname } = new URL(address);
  return username === "" && password === "" && (hasScheme || isHost(hostname)) ? address : null;
}

/** A name with a dot: one word alone is as likely no address at all. */
function isHost(hostname: string): boolean {
  return /[^.]\.[^.]/.test(hostname);
}
