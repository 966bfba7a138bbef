import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP } from "node:net";
import { isInNetworks } from "../networks.ts";
import { isSpecialAddress, mappedV4 } from "./special-addresses.ts";

/** What Purser asks of an address that somebody of an organization has typed. */
export interface OutboundRequest {
  url: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** For the whole exchange, from the look-up to the last byte that is read. */
  timeoutMilliseconds?: number;
  /** How much of the answer is read; the rest is left. */
  mostBytes?: number;
  /** Looks a host's addresses up; the machine's own way unless told. */
  resolve?: (host: string) => Promise<{ address: string }[]>;
}

export interface OutboundAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** Whether there was more than `mostBytes`. */
  isCut: boolean;
}

/** Why a call was not made, or got no answer: a sentence for whoever typed the address. */
export class OutboundProblem extends Error {
  constructor(
    readonly code: "refused_address" | "bad_url" | "unknown_host" | "timeout" | "no_answer",
    message: string,
  ) {
    super(message);
    this.name = "OutboundProblem";
  }
}

const usualPorts = new Set([80, 443]);

/** What is wrong with an address that is to be called, as far as it can be told without looking its host up; null: nothing. */
export function urlProblem(text: string, allowed: readonly string[]): string | null {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return "must be a web address that begins with https:// or http://";
  }
  if (url.username !== "" || url.password !== "") return "must not carry a user name or password";
  const problem = hostProblem(url.hostname.replace(/^\[|\]$/g, ""), allowed);
  if (problem !== null) return problem;
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  if (!usualPorts.has(port) && port < 1024) return "names a port that webhooks do not use: 80, 443, or one above 1023";
  return null;
}

/** The same for a host, a name or an address. */
export function hostProblem(host: string, allowed: readonly string[]): string | null {
  if (isIP(host) !== 0 && !isAllowed(host, allowed))
    return "is an address inside a private network, which is not called";
  if (/(^|\.)localhost\.?$/i.test(host) && !isAllowed("127.0.0.1", allowed))
    return "is the machine itself, which is not called";
  return null;
}

/**
 * The address to connect to for a host that an organization has chosen, looked up once and held against the special ones.
 *
 * @throws OutboundProblem
 */
export async function checkedAddress(host: string, allowed: readonly string[]): Promise<string> {
  const problem = hostProblem(host, allowed);
  if (problem !== null) throw new OutboundProblem("refused_address", `The host ${problem}.`);
  return addressOf(host, allowed, resolveHost);
}

/**
 * Calls an address that an organization has chosen. The host is looked up once, the answer is held against the special
 * addresses, and exactly that address is connected to: a name that points somewhere else a moment later gains nothing.
 * Redirects are not followed, no cookie is kept, no proxy of the environment is used.
 *
 * @param allowed networks that may be called although they are private (`PURSER_WEBHOOK_ALLOWED_NETWORKS`)
 * @throws OutboundProblem
 */
export async function outbound(request: OutboundRequest, allowed: readonly string[]): Promise<OutboundAnswer> {
  const problem = urlProblem(request.url, allowed);
  if (problem !== null) throw new OutboundProblem("refused_address", `The address ${problem}.`);
  const milliseconds = request.timeoutMilliseconds ?? 10_000;
  const ended = Promise.withResolvers<never>();
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
    ended.reject(new OutboundProblem("timeout", `There was no answer within ${milliseconds / 1000} seconds.`));
  }, milliseconds);
  try {
    return await Promise.race([call(request, allowed, abort.signal), ended.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function call(
  request: OutboundRequest,
  allowed: readonly string[],
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const url = new URL(request.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const address = await addressOf(host, allowed, request.resolve ?? resolveHost);
  if (signal.aborted) throw new OutboundProblem("timeout", "The time was up.");
  const answer = Promise.withResolvers<OutboundAnswer>();
  const send = url.protocol === "https:" ? tlsRequest : plainRequest;
  const body = request.body === undefined ? null : Buffer.from(request.body);
  const sent = send({
    // Certificates are checked against the name, the connection goes to the address.
    host,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname + url.search,
    method: request.method,
    headers: {
      ...request.headers,
      "accept-encoding": "identity",
      connection: "close",
      ...(body === null ? {} : { "content-length": String(body.byteLength) }),
    },
    agent: false,
    signal,
    lookup: (_name, options, done) =>
      (options as { all?: boolean }).all === true
        ? (done as unknown as (error: null, all: object[]) => void)(null, [{ address, family: isIP(address) }])
        : done(null, address, isIP(address)),
  });
  sent.on("response", (response) => {
    readUpTo(response, request.mostBytes ?? 64 * 1024).then(
      (read) => answer.resolve({ status: response.statusCode ?? 0, headers: plainHeaders(response), ...read }),
      () => answer.reject(new OutboundProblem("no_answer", "The connection was closed in the middle of the answer.")),
    );
  });
  sent.on("error", (error) => answer.reject(new OutboundProblem("no_answer", `No answer: ${wordsOf(error)}.`)));
  sent.on("close", () =>
    answer.reject(new OutboundProblem("no_answer", "The connection was closed without an answer.")),
  );
  if (body !== null) sent.write(body);
  sent.end();
  try {
    return await answer.promise;
  } finally {
    sent.destroy();
  }
}

const resolveHost = (host: string): Promise<{ address: string }[]> => lookup(host, { all: true, verbatim: true });

/** The address to connect to; every address of a name has to be a good one, or none is used. */
async function addressOf(
  host: string,
  allowed: readonly string[],
  resolve: NonNullable<OutboundRequest["resolve"]>,
): Promise<string> {
  if (isIP(host) !== 0) return host;
  let found: { address: string }[];
  try {
    found = await resolve(host);
  } catch {
    throw new OutboundProblem("unknown_host", `The host ${host} is not known.`);
  }
  const [first] = found;
  if (first === undefined) throw new OutboundProblem("unknown_host", `The host ${host} has no address.`);
  if (found.some(({ address }) => !isAllowed(address, allowed)))
    throw new OutboundProblem("refused_address", `The host ${host} is inside a private network, which is not called.`);
  return (found.find(({ address }) => isIP(address) === 4) ?? first).address;
}

function isAllowed(address: string, allowed: readonly string[]): boolean {
  if (!isSpecialAddress(address)) return true;
  const plain = isIP(address) === 6 ? (mappedV4(address) ?? address) : address;
  return isInNetworks(plain, allowed);
}

async function readUpTo(response: IncomingMessage, most: number): Promise<{ body: Uint8Array; isCut: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).byteLength;
    if (size > most) break;
  }
  return { body: Buffer.concat(parts).subarray(0, most), isCut: size > most };
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** What went wrong, without the addresses and stacks that libraries add. */
function wordsOf(error: Error & { code?: string }): string {
  const known: Record<string, string> = {
    ECONNREFUSED: "the connection was refused",
    ConnectionRefused: "the connection was refused",
    ECONNRESET: "the connection was closed",
    ECONNABORTED: "the connection was closed",
    ENETUNREACH: "the network cannot be reached",
    EHOSTUNREACH: "the host cannot be reached",
  };
  const code = error.code ?? "";
  if (known[code] !== undefined) return known[code];
  if (/CERT|SIGNATURE|ALTNAME|SELF_SIGNED/.test(code)) return `the certificate is not valid (${code})`;
  return code === "" ? "the connection failed" : `the connection failed (${code})`;
}
