import { OperatorProblem, type ProblemKind } from "../platform/config/problem.ts";
import { NewerSchema } from "../platform/database/migrator.ts";

const damaged = ["`purser doctor` tells more; `purser restore FILE` puts a backup in the place of the damaged data."];
const notWritable = ["See to its owner, its mode and the free space; `purser doctor` tells more."];
const rolesAndAddresses = [
  "PURSER_DATABASE_URL and PURSER_MIGRATOR_URL say where PostgreSQL is and as whom to go there.",
];

interface Kind {
  kind: ProblemKind;
  /** What stands before the system's own words. */
  says?: string;
  hints?: readonly string[];
}

/** By the code that the system, SQLite (its primary codes) or PostgreSQL (SQLSTATE) gives. */
const kindsByCode: Record<string, Kind> = {
  ENOSPC: { kind: "cannot_create" },
  EDQUOT: { kind: "cannot_create" },
  EACCES: { kind: "cannot_create" },
  EPERM: { kind: "cannot_create" },
  EROFS: { kind: "cannot_create" },
  EADDRINUSE: { kind: "unavailable" },
  EADDRNOTAVAIL: { kind: "configuration" },
  ECONNREFUSED: { kind: "unavailable", hints: rolesAndAddresses },
  ECONNRESET: { kind: "unavailable" },
  ENOTFOUND: { kind: "unavailable", hints: rolesAndAddresses },
  EAI_AGAIN: { kind: "unavailable", hints: rolesAndAddresses },
  ETIMEDOUT: { kind: "unavailable" },
  SQLITE_CORRUPT: { kind: "failed", says: "the database is damaged", hints: damaged },
  SQLITE_NOTADB: { kind: "failed", says: "the database is damaged", hints: damaged },
  SQLITE_READONLY: { kind: "cannot_create", says: "the database cannot be written", hints: notWritable },
  SQLITE_CANTOPEN: { kind: "cannot_create", says: "the database cannot be opened", hints: notWritable },
  SQLITE_IOERR: { kind: "cannot_create", says: "the database cannot be read or written", hints: notWritable },
  SQLITE_FULL: { kind: "cannot_create", says: "the database cannot be written", hints: notWritable },
  SQLITE_BUSY: { kind: "try_later", says: "the database is in use" },
  "28000": { kind: "configuration", says: "PostgreSQL refuses the role", hints: rolesAndAddresses },
  "28P01": { kind: "configuration", says: "PostgreSQL refuses the role", hints: rolesAndAddresses },
  "3D000": { kind: "configuration", says: "PostgreSQL does not have it", hints: rolesAndAddresses },
  "42501": { kind: "configuration", says: "PostgreSQL refuses the role", hints: rolesAndAddresses },
  "53300": { kind: "unavailable", says: "PostgreSQL takes no more connections" },
  "57P03": { kind: "unavailable", says: "PostgreSQL is starting or stopping" },
};

/** What the system refuses is the operator's to solve, like a problem we know by name; null: a defect. */
export function problemOf(error: unknown): OperatorProblem | null {
  if (error instanceof OperatorProblem) return error;
  if (error instanceof NewerSchema) return new OperatorProblem("configuration", error.message);
  if (!(error instanceof Error) || !("code" in error)) return null;
  const code = String(error.code);
  // SQLite refines its codes: SQLITE_IOERR_WRITE is an SQLITE_IOERR.
  const found = kindsByCode[code] ?? kindsByCode[code.split("_").slice(0, 2).join("_")];
  if (found === undefined) return null;
  const message = error.message === "" ? code : error.message;
  return new OperatorProblem(found.kind, found.says === undefined ? message : `${found.says}: ${message}`, found.hints);
}
