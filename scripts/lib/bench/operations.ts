/** What people do at the desk, as requests. */
import type { Subjects, User } from "./people.ts";

export const operationNames = [
  "ticket list",
  "counts above the list",
  "ticket page",
  "company page",
  "global search",
  "ticket create",
  "note with time",
  "JSON:API list",
] as const;

export type OperationName = (typeof operationNames)[number];

/** Of a hundred requests of a busy desk, how many are of which kind. */
export const deskShares: Record<OperationName, number> = {
  "ticket list": 22,
  "counts above the list": 12,
  "ticket page": 24,
  "company page": 8,
  "global search": 12,
  "ticket create": 6,
  "note with time": 10,
  "JSON:API list": 6,
};

export interface Wanted {
  path: string;
  init: RequestInit;
  /** The answer that counts as success. */
  status: number;
}

const drawn = <T>(from: readonly T[]): T => {
  const one = from[Math.floor(Math.random() * from.length)];
  if (one === undefined) throw new Error("there is nothing to draw from");
  return one;
};

const get = (path: string, { headers }: User): Wanted => ({ path, init: { headers }, status: 200 });

const post = (path: string, { headers }: User, fields: Record<string, string>): Wanted => ({
  path,
  init: { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" },
  status: 303,
});

/** A request of a kind, by somebody, for something drawn at random. */
export const operations: Record<OperationName, (user: User, subjects: Subjects) => Wanted> = {
  "ticket list": (user) => get("/tickets", user),
  "counts above the list": (user) =>
    get("/lists/counts?list=%2Ftickets&view=open", { headers: { ...user.headers, "hx-request": "true" } }),
  "ticket page": (user, { tickets }) => get(`/tickets/${drawn(tickets)}`, user),
  "company page": (user, { companies }) => get(`/companies/${drawn(companies)}`, user),
  "global search": (user, { words }) => get(`/search?q=${drawn(words)}+${drawn(words).slice(0, 3)}`, user),
  "ticket create": (user, { companies, words }) =>
    post("/tickets/new", user, {
      company_id: drawn(companies),
      title: `${drawn(words)} ${drawn(words)}`,
      description: `It began this morning: ${Array.from({ length: 30 }, () => drawn(words)).join(" ")}.`,
    }),
  "note with time": (user, { tickets, workTypes, words }) =>
    post(`/tickets/${drawn(tickets)}/reply`, user, {
      note_type: "internal",
      content: `Looked into it: ${Array.from({ length: 30 }, () => drawn(words)).join(" ")}.`,
      duration: "15",
      work_type_id: drawn(workTypes),
    }),
  "JSON:API list": (user) => get("/api/v1/tickets?include=company,contact,status&sort=-updated_at&page[size]=50", user),
};
