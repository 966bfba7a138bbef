import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type * as Library from "ldapts";
import type { Client } from "ldapts";
import { t } from "../../platform/language/index.ts";
import { checkedAddress, OutboundProblem } from "../../platform/outbound/outbound.ts";

/** A conversation with the directory's server (LDAP, RFC 4511), always encrypted. */

export interface Server {
  host: string;
  port: number;
  security: "tls" | "starttls";
  ca_certificate: string | null;
  base_dn: string;
  bind_name: string;
  password: string;
  /** Private networks that may be connected to; null: any address. */
  allowed_networks: readonly string[] | null;
}

/** Why the directory could not be asked: a sentence for whoever looks after it. */
export class DirectoryProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DirectoryProblem";
  }
}

/** Loaded with the first question: most installations have no directory. */
const library = (): Promise<typeof Library> => import("ldapts");

/** For connecting, and for each answer. */
const milliseconds = 5000;

/**
 * Connects, and closes when `talk` is over. Nobody has signed in yet.
 *
 * @throws DirectoryProblem
 */
async function connected<T>(server: Server, talk: (client: Client) => Promise<T>): Promise<T> {
  try {
    const address =
      server.allowed_networks === null ? server.host : await checkedAddress(server.host, server.allowed_networks);
    const host = isIP(address) === 6 ? `[${address}]` : address;
    const tls: ConnectionOptions = {
      minVersion: "TLSv1.2",
      // The certificate is held against the name, wherever that leads to.
      ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
      ...(server.ca_certificate === null ? {} : { ca: server.ca_certificate }),
    };
    const ldap = await library();
    const client = new ldap.Client({
      url: `${server.security === "tls" ? "ldaps" : "ldap"}://${host}:${server.port}`,
      timeout: milliseconds,
      connectTimeout: milliseconds,
      strictDN: false,
      tlsOptions: tls,
    });
    try {
      if (server.security === "starttls") await client.startTLS(tls);
      return await talk(client);
    } finally {
      await client.unbind().catch(() => {});
    }
  } catch (error) {
    throw error instanceof DirectoryProblem ? error : new DirectoryProblem(await sentenceOf(error, server));
  }
}

/**
 * Talks to the directory as Purser's own account there.
 *
 * @throws DirectoryProblem
 */
export function withDirectory<T>(server: Server, talk: (client: Client) => Promise<T>): Promise<T> {
  return connected(server, async (client) => {
    try {
      await client.bind(server.bind_name, server.password);
    } catch (error) {
      const { InvalidCredentialsError } = await library();
      if (error instanceof InvalidCredentialsError)
        throw new DirectoryProblem(t("The directory does not take the user name and password of Purser's account."));
      throw error;
    }
    return talk(client);
  });
}

/**
 * Whether somebody of the directory has this password. An empty one is never sent: the server would take it for a visit
 * without a name, and say yes (RFC 4513, 5.1.2).
 *
 * @throws DirectoryProblem
 */
export async function isPasswordOf(server: Server, dn: string, password: string): Promise<boolean> {
  if (password === "") return false;
  return connected(server, async (client) => {
    try {
      await client.bind(dn, password);
      return true;
    } catch (error) {
      const { InvalidCredentialsError, InvalidDNSyntaxError, NoSuchObjectError } = await library();
      if (error instanceof InvalidCredentialsError || error instanceof NoSuchObjectError) return false;
      if (error instanceof InvalidDNSyntaxError) return false;
      throw error;
    }
  });
}

async function sentenceOf(error: unknown, { host, port }: Server): Promise<string> {
  const { NoSuchObjectError, ResultCodeError } = await library();
  if (error instanceof OutboundProblem)
    return error.code === "refused_address"
      ? t("{host} is inside a private network. Ask whoever runs this installation to allow it.", { host })
      : t("The server {host} is not known.", { host });
  if (error instanceof NoSuchObjectError)
    return t("The directory knows no place of the name under which people are looked for.");
  if (error instanceof ResultCodeError)
    return t("The directory answered: {answer}", { answer: `${error.name} (${error.code})` });
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  if (/CERT|SELF_SIGNED|ALTNAME|SIGNATURE|UNABLE_TO/.test(code))
    return t("The certificate of {host} is not valid ({code}). Enter the certificate of your own authority.", {
      host,
      code,
    });
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return t("The server {host} is not known.", { host });
  if (/ECONNREFUSED|ConnectionRefused/.test(code))
    return t("{host} takes no connection on port {port}.", { host, port: String(port) });
  return t("{host} did not answer on port {port}.", { host, port: String(port) });
}
