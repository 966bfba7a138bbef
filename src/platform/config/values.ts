import { isIP } from "node:net";
import { isNetwork } from "../networks.ts";

/** A host and a port to listen on. */
export interface Listen {
  host: string;
  port: number;
}

/** Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`; null when it is none of them. Port 0: any free one. */
export function parseListen(text: string): Listen | null {
  const [, host = "", digits = ""] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i.exec(text) ?? [];
  const plain = host.startsWith("[") ? host.slice(1, -1) : host;
  if (plain === "" || Number(digits) > 65_535 || (host.startsWith("[") && isIP(plain) !== 6)) return null;
  return { host: plain, port: Number(digits) };
}

/** An http(s) address of a server without path, query or credentials; answers it without a slash at the end. */
export function parseOrigin(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return null;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    return null;
  return url.origin;
}

/** An address that may be given payment secrets: https, or plain http that does not leave this machine. */
export function parsePaymentApi(text: string): string | null {
  const origin = parseOrigin(text);
  if (origin === null) return null;
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || isLoopback(hostname) ? origin : null;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A comma-separated list of addresses and networks (`10.0.0.0/8, ::1`); null when one of them is not. */
export function parseNetworks(text: string): string[] | null {
  const networks = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return networks.every(isNetwork) ? networks : null;
}

/** A PostgreSQL address (`postgres://role:password@host/database`). */
export function parsePostgresUrl(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && ["postgres:", "postgresql:"].includes(url.protocol) && url.pathname.length > 1 ? text : null;
}

/** A number of requests a minute; null for none (0), undefined for what is no such number. */
export function parseRate(text: string): number | null | undefined {
  if (!/^\d{1,7}$/.test(text) || Number(text) > 1_000_000) return undefined;
  return Number(text) === 0 ? null : Number(text);
}
