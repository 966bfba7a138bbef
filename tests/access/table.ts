import type { PortalRole, StaffRole } from "../../src/platform/module.ts";

export const staffRoles = ["administrator", "manager", "technician", "dispatcher", "sales", "finance"] as const;
export const portalRoles = ["client_admin", "client_user"] as const;

/**
 * Groups of roles by the words that the tables use. Standard roles come in a few combinations only; a new one gets a name
 * here, so that the tables stay a list of addresses.
 */
const groups = {
  "everybody of the staff": staffRoles,
  /** Who answers tickets and logs time: dispatchers and managers as well. */
  "technician, administrator": ["technician", "dispatcher", "manager", "administrator"],
  /** Who makes contracts. */
  "sales, finance, administrator": ["sales", "finance", "administrator"],
  /** Who sees prices. */
  "manager, sales, finance, administrator": ["manager", "sales", "finance", "administrator"],
  /** Who sees and approves what is billed. */
  "manager, finance, administrator": ["manager", "finance", "administrator"],
  /** Who bills. */
  "finance, administrator": ["finance", "administrator"],
  /** Who watches over the team: other people's time and the like. */
  "manager, administrator": ["manager", "administrator"],
  administrator: ["administrator"],
  /** Everybody who signs in to the portal. */
  client: portalRoles,
  /** What Client user does not have: invoices, who else comes in. */
  "client admin": ["client_admin"],
  anybody: [...staffRoles, ...portalRoles],
  "whoever is signed in": [...staffRoles, ...portalRoles],
} as const satisfies Record<string, readonly Role[]>;

/** Kinds of actors, by who they are. */
export type Who = keyof typeof groups;

/** Routes by who gets in, one address a line behind its methods; whoever is not named stays outside. */
export type AccessTable = Readonly<Partial<Record<Who, string>>>;

export type Role = StaffRole | PortalRole;

/** What a table says of one route. */
export interface Access {
  who: Who;
  roles: ReadonlySet<Role>;
  /** It belongs to the portal. */
  isClients: boolean;
}

/** A table as a map from `GET /companies` to who gets in; a route that is named twice is a mistake. */
export function accessOf(...tables: readonly AccessTable[]): Map<string, Access> {
  const access = new Map<string, Access>();
  for (const [who, lines] of tables.flatMap((table) => Object.entries(table) as [Who, string][])) {
    for (const line of lines.trim().split(/\n\s*/)) {
      const words = line.split(" ");
      for (const method of words.slice(0, -1)) {
        const name = `${method} ${words.at(-1) ?? ""}`;
        if (access.has(name)) throw new Error(`${name} is named twice`);
        access.set(name, { who, roles: new Set<Role>(groups[who]), isClients: who.startsWith("client") });
      }
    }
  }
  return access;
}
