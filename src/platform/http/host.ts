/**
 * The host name that a request asks for: lower case, without the port, and without the dot by which a name says that nothing
 * follows (`desk.example.com.`, RFC 1034 3.1): that is the same host.
 */
export function hostNameOf(request: Request): string {
  return (request.headers.get("host") ?? new URL(request.url).host)
    .toLowerCase()
    .replace(/:\d*$/, "")
    .replace(/\.$/, "");
}
