import { parseListen, parseNetworks, parseOrigin, parsePaymentApi, parsePostgresUrl, parseRate } from "./values.ts";

/**
 * The one table of boot-time settings: reading, `config dump|check|example|explain`, the flags of the command line and
 * docs/operate/configuration.md all come from it. Settings of the business live in the database and never overlap.
 */
export interface Key {
  name: KeyName;
  /** What stands there when nobody says anything; null: not set. */
  default: string | null;
  /** The default in words, where it depends on the surroundings. */
  defaultText?: string;
  /** Masked in `config dump`, and without a flag: other users of the machine can read command lines. */
  isSecret: boolean;
  /** Names a file itself, so that there is no `…_FILE` beside it. */
  isPath: boolean;
  edition: "both" | "multi";
  placeholder: string;
  summary: string;
  /** The rest of what `config explain` says. */
  details: string;
  /** What a right value looks like; completes "… must be". */
  form: string;
  isValid: (value: string) => boolean;
}

export const keyNames = [
  "PURSER_DATA_DIR",
  "PURSER_LISTEN",
  "PURSER_PUBLIC_URL",
  "PURSER_SECRET_KEY_FILE",
  "PURSER_TRUSTED_PROXIES",
  "PURSER_WEBHOOK_ALLOWED_NETWORKS",
  "PURSER_LOG_FORMAT",
  "PURSER_STRIPE_API_BASE",
  "PURSER_API_REQUESTS_PER_MINUTE",
  "PURSER_TENANT_REQUESTS_PER_MINUTE",
  "PURSER_ADMIN_URL",
  "PURSER_OPERATOR_TWO_STEP",
  "PURSER_DATABASE_URL",
  "PURSER_MIGRATOR_URL",
  "PURSER_CONFIG",
] as const;
export type KeyName = (typeof keyNames)[number];

/** Where the configuration file is looked for unless PURSER_CONFIG or --config names another one. */
export const defaultConfigFile = "/etc/purser/purser.conf";

const common = { isSecret: false, isPath: false, edition: "both", default: null } as const;

export const keys: readonly Key[] = [
  {
    ...common,
    name: "PURSER_DATA_DIR",
    defaultText: "systemd's StateDirectory when there is one, else ./purser-data",
    isPath: true,
    placeholder: "DIR",
    summary: "Where the database, files, backups and the secret key are kept.",
    details:
      "Made with mode 0700 when missing. It has to be on a local disk: memory and network file systems are refused, because SQLite loses data there.",
    form: "the path of a directory",
    isValid: isPath,
  },
  {
    ...common,
    name: "PURSER_LISTEN",
    default: "127.0.0.1:8080",
    placeholder: "HOST:PORT",
    summary: "The address and port to listen on.",
    details:
      "Plain HTTP; a proxy in front of it adds TLS. 0.0.0.0:8080 listens on all IPv4 addresses, [::]:8080 on all.",
    form: "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
    isValid: (value) => parseListen(value) !== null,
  },
  {
    ...common,
    name: "PURSER_PUBLIC_URL",
    placeholder: "URL",
    summary: "How people reach Purser, for links until the setup has asked for it.",
    details:
      "Once the address stands in the organization's settings, that one counts. Without either, links use the listening address.",
    form: "an http or https address without a path, such as https://desk.example.com",
    isValid: (value) => parseOrigin(value) !== null,
  },
  {
    ...common,
    name: "PURSER_SECRET_KEY_FILE",
    defaultText: "secret.key in the data directory",
    isPath: true,
    placeholder: "FILE",
    summary: "The file with the master key that encrypts files and stored passwords.",
    details:
      "32 bytes, as they are, in hexadecimal or in base64; mode 0600. Made at the first start when it is missing and there is no data yet. A systemd credential purser.secret_key does the same. Keep a copy away from the backups: without it the files cannot be read.",
    form: "the path of a file",
    isValid: isPath,
  },
  {
    ...common,
    name: "PURSER_TRUSTED_PROXIES",
    default: "127.0.0.0/8,::1",
    placeholder: "NETWORKS",
    summary: "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    details: "Addresses and networks, separated by commas. Anybody else's forwarded headers are ignored.",
    form: "addresses or networks separated by commas, such as 10.0.0.0/8,::1",
    isValid: (value) => parseNetworks(value) !== null,
  },
  {
    ...common,
    name: "PURSER_WEBHOOK_ALLOWED_NETWORKS",
    placeholder: "NETWORKS",
    summary: "Private networks that Purser may call when an organization names an address in them.",
    details:
      "Webhooks go to public addresses only: private, loopback, link-local and other special ones are refused unless they lie in these networks, separated by commas. In the multi-tenant edition every organization may then reach them, and mail servers of organizations are held to the same.",
    form: "addresses or networks separated by commas, such as 10.20.0.0/16,fd00::/8",
    isValid: (value) => parseNetworks(value) !== null,
  },
  {
    ...common,
    name: "PURSER_LOG_FORMAT",
    default: "auto",
    placeholder: "auto|json|text",
    summary: "The form of log lines on standard error.",
    details: "auto writes text to a terminal and JSON otherwise.",
    form: "auto, json or text",
    isValid: (value) => ["auto", "json", "text"].includes(value),
  },
  {
    ...common,
    name: "PURSER_STRIPE_API_BASE",
    defaultText: "Stripe's own address",
    placeholder: "URL",
    summary: "Another address for Stripe's API: a test stand-in or a regional proxy.",
    details: "It is given the Stripe key, so it has to be https, or http on this machine.",
    form: "an https address without a path, or http on the loopback interface",
    isValid: (value) => parsePaymentApi(value) !== null,
  },
  {
    ...common,
    name: "PURSER_API_REQUESTS_PER_MINUTE",
    default: "600",
    placeholder: "NUMBER",
    summary: "How many API requests a minute one API key or one person may make.",
    details: "Counted by each node for itself. More are answered with 429 and Retry-After. 0 means no limit.",
    form: "a whole number from 0 to 1000000",
    isValid: (value) => parseRate(value) !== undefined,
  },
  {
    ...common,
    name: "PURSER_TENANT_REQUESTS_PER_MINUTE",
    edition: "multi",
    default: "3000",
    placeholder: "NUMBER",
    summary: "How many API requests a minute one organization may make, all of its keys together.",
    details:
      "Counted by each node for itself. An operator may give an organization a limit of its own. 0 means no limit.",
    form: "a whole number from 0 to 1000000",
    isValid: (value) => parseRate(value) !== undefined,
  },
  {
    ...common,
    name: "PURSER_ADMIN_URL",
    edition: "multi",
    placeholder: "URL",
    summary: "Where operators reach their own pages and API, which no organization's host answers.",
    details:
      "Its host name can be no organization's domain. Without it there are no operators' pages; the command line does the same.",
    form: "an http or https address without a path, such as https://admin.example.com",
    isValid: (value) => parseOrigin(value) !== null,
  },
  {
    ...common,
    name: "PURSER_OPERATOR_TWO_STEP",
    default: "optional",
    edition: "multi",
    placeholder: "optional|required",
    summary:
      "Whether operators have to show a second step beside the password: a code of an authenticator app, or a passkey.",
    details:
      "With required, an operator who has neither yet is led to the set-up at the next sign-in and gets nowhere else. API keys of operators are not asked for codes.",
    form: "optional or required",
    isValid: (value) => ["optional", "required"].includes(value),
  },
  {
    ...common,
    name: "PURSER_DATABASE_URL",
    isSecret: true,
    edition: "multi",
    placeholder: "URL",
    summary: "PostgreSQL, as the role that serves.",
    details: "This role owns nothing and cannot bypass row-level security; the server refuses to start if it could.",
    form: "postgres://role:password@host:port/database",
    isValid: (value) => parsePostgresUrl(value) !== null,
  },
  {
    ...common,
    name: "PURSER_MIGRATOR_URL",
    isSecret: true,
    edition: "multi",
    placeholder: "URL",
    summary: "PostgreSQL, as the role that owns the tables and migrates.",
    details: "Used while starting and by `purser migrate`, never to answer a request.",
    form: "postgres://role:password@host:port/database",
    isValid: (value) => parsePostgresUrl(value) !== null,
  },
  {
    ...common,
    name: "PURSER_CONFIG",
    default: defaultConfigFile,
    isPath: true,
    placeholder: "FILE",
    summary: "The configuration file: lines of KEY=VALUE.",
    details: "The default one may be missing; one that is named has to be there.",
    form: "the path of a file",
    isValid: isPath,
  },
];

function isPath(value: string): boolean {
  return !value.includes("\0");
}

/** `PURSER_DATA_DIR` → `data-dir`: the name of its flag, without dashes in front. */
export function flagOf(name: KeyName): string {
  return name.slice("PURSER_".length).toLowerCase().replaceAll("_", "-");
}

/** The keys that exist in an edition. */
export function keysOf(isMultiTenant: boolean): Key[] {
  return keys.filter((key) => key.edition === "both" || isMultiTenant);
}
