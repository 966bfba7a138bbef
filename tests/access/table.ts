/** Kinds of actors, by who they are. */
export type Who =
  | "anybody"
  | "whoever is signed in"
  | "client"
  | "everybody of the staff"
  | "technician, administrator"
  | "finance, administrator"
  | "administrator";

/** Routes by who gets in, one address a line behind its methods; whoever is not named stays outside. */
export type AccessTable = Readonly<Partial<Record<Who, string>>>;

export type Role = "technician" | "finance" | "administrator";

/** What a table says of one route. */
export interface Access {
  who: Who;
  roles: ReadonlySet<Role>;
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
        access.set(name, { who, roles: new Set(rolesOf(who)) });
      }
    }
  }
  return access;
}

function rolesOf(who: Who): Role[] {
  if (who === "client") return [];
  const everybody: Role[] = ["technician", "finance", "administrator"];
  return everybody.filter(
    (role) => ["anybody", "whoever is signed in", "everybody of the staff"].includes(who) || who.includes(role),
  );
}
