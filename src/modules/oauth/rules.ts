import { t } from "../../platform/language/index.ts";
/** Pure rules of OAuth: redirect addresses, and what an authorization request must be. */

/**
 * What is wrong with a redirect address, or null. Confidential clients live on the web and need https; an app on a device
 * may also come back to this machine (RFC 8252, 7.3) or by a scheme of its own (7.1).
 */
export function redirectProblem(uri: string, isConfidential: boolean): string | null {
  if (!URL.canParse(uri)) return t("This is no address.");
  const { protocol, hostname, hash, username, password } = new URL(uri);
  if (uri.includes("#") || hash !== "") return t("Leave out the part after #.");
  if (username !== "" || password !== "") return t("Leave out the name and password.");
  if (/[\s*\\<>"]/.test(uri)) return t("Write the address out: it is compared letter by letter.");
  if (protocol === "https:") return null;
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol === "http:") return isHere ? null : t("Use https://, or http:// for this machine itself.");
  if (isConfidential) return t("Use https://.");
  // A scheme that is a reversed domain name belongs to somebody; "javascript:" and "data:" never do.
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol)
    ? null
    : t("Use https://, or a scheme such as com.example.app:/");
}

export interface AuthorizationRequest {
  response_type: string;
  client_id: string;
  redirect_uri: string;
  scope: string;
  state: string;
  code_challenge: string;
  code_challenge_method: string;
}

const members = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
] as const;

/** The request's members as texts; a member that comes twice is refused (RFC 6749, 3.1). */
export function authorizationRequest(given: URLSearchParams): AuthorizationRequest | null {
  const request = Object.fromEntries(members.map((name) => [name, given.get(name) ?? ""]));
  if (members.some((name) => given.getAll(name).length > 1)) return null;
  return request as unknown as AuthorizationRequest;
}

/**
 * What is wrong with a request whose client and redirect address are known to be right: the client is told there. PKCE
 * with S256 is asked of every client.
 */
export function requestError(
  request: AuthorizationRequest,
  allowed: readonly string[],
): { error: string; description: string } | null {
  if (request.response_type !== "code")
    return { error: "unsupported_response_type", description: t("response_type must be code") };
  if (request.code_challenge_method !== "S256")
    return { error: "invalid_request", description: t("code_challenge_method must be S256") };
  if (!/^[A-Za-z0-9_-]{43}$/.test(request.code_challenge))
    return { error: "invalid_request", description: t("code_challenge must be a SHA-256 in base64url") };
  if (request.state.length > 1000 || /[^\x20-\x7e]/.test(request.state))
    return { error: "invalid_request", description: t("state is too long or not printable") };
  const unknown = scopesOf(request, allowed).find((scope) => !allowed.includes(scope));
  return unknown === undefined
    ? null
    : { error: "invalid_scope", description: t("a scope is not allowed for this client") };
}

/** The scopes asked for; all that the client may have when it names none. */
export function scopesOf(request: Pick<AuthorizationRequest, "scope">, allowed: readonly string[]): string[] {
  const asked = request.scope.split(" ").filter((scope) => scope !== "");
  return asked.length === 0 ? [...allowed] : [...new Set(asked)];
}

/** A redirect address with an answer in its query. */
export function answerUrl(redirectUri: string, answer: Record<string, string>): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) if (value !== "") url.searchParams.set(name, value);
  return url.toString();
}
