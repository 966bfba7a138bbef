import { conflict, Failure, malformed } from "../errors.ts";
import { listed, t } from "../language/index.ts";
import { labelOf, tableNamed } from "./columns.ts";

/**
 * A statement of the transaction has failed and whoever ran it did not pass that on: nothing of the transaction is kept, on
 * either database. What may fail and be gone past belongs between a savepoint and `rollback to savepoint`.
 */
export class UnitFailed extends Error {
  constructor() {
    super("a statement has failed in this transaction, so nothing of it can be kept");
  }
}

/** Turns what a database says about a broken rule into what a caller can use; anything else passes through. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const broken = uniqueKey(error);
  if (broken !== null) {
    const noun = tableNamed(broken.table)?.noun ?? "record";
    const known = tableNamed(broken.table)?.columns;
    // What nobody chooses tells nothing apart for people: whether a user is of the staff is settled by where they are made.
    const chosen = broken.columns.filter((column) => known?.[column]?.isReadOnly === false);
    const told = chosen.length > 0 ? chosen : broken.columns;
    const what = listed(told.map((column) => labelOf(column.replace(/_(key|hash)$/, ""), { label: "" }).toLowerCase()));
    const message = t("There is already a {noun} with this {what}.", { noun: t(noun), what: what || t("key") });
    const [field = "", another] = chosen;
    // Of two columns neither is wrong by itself, and what only the program knows is no field of anybody's.
    const isField = field !== "" && another === undefined;
    return new Failure(409, "duplicate", message, isField ? [{ field, code: "duplicate", message }] : []);
  }
  if (isForeignKey(error))
    return conflict(t("Something else still refers to this record, or it refers to one that is gone."), "in_use");
  if (isUnreadable(error))
    return malformed(t("A value in this request is not one that can be looked up or stored."), "bad_value");
  if (isUnavailable(error))
    return new Failure(
      503,
      unavailable,
      t("The data cannot be reached or written just now. Try again in a moment."),
      [],
      30,
    );
  return error;
}

const unavailable = "database_unavailable";

/**
 * Whether the database, its disk or the way to it is gone, and nothing is wrong with what was to be done: work that can wait
 * stops where it is and goes on later, in place of counting this as its own failure.
 */
export function isOutage(error: unknown): boolean {
  const failure = translateDatabaseError(error);
  return failure instanceof Failure && failure.code === unavailable;
}

/** What the database says when it, its disk or the way to it is gone: nothing is wrong with the request. */
const unavailableCodes = [
  "SQLITE_FULL",
  "SQLITE_READONLY",
  "SQLITE_IOERR",
  "SQLITE_BUSY",
  "SQLITE_CANTOPEN",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EACCES", // the files' folder belongs to somebody else, or takes no writes
  "EPERM",
  "EIO",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "08000", // the connection is broken
  "08003",
  "08006",
  "25006", // only reading: a standby, or a disk that was made read-only
  "53100", // disk full
  "53300", // too many connections
  "57P01", // the administrator ends the connection
  "57P02", // a crash of the server ends it
  "57P03", // starting or stopping
];

const driverWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

function isUnavailable(error: Error): boolean {
  // The driver's own errors carry no code.
  if (driverWords.test(error.message)) return true;
  const code = "code" in error ? String(error.code) : "";
  return unavailableCodes.some((known) => code === known || code.startsWith(`${known}_`));
}

function uniqueKey(error: Error): { table: string; columns: string[] } | null {
  const sqlite = /UNIQUE constraint failed: (.+)$/.exec(error.message);
  if (sqlite?.[1] !== undefined) {
    const parts = sqlite[1].split(", ").map((part) => part.split("."));
    return {
      table: parts[0]?.[0] ?? "",
      columns: parts.map((part) => part[1] ?? "").filter((name) => name !== "tenant_id"),
    };
  }
  if (!("code" in error) || error.code !== "23505") return null;
  const {
    table = "",
    detail = "",
    constraint = "",
  } = error as { table?: string; detail?: string; constraint?: string };
  const told = /^Key \((.+?)\)=/.exec(detail)?.[1]?.split(", ");
  // Row-level security keeps the detail back; then the name that PostgreSQL gives to a constraint says its columns.
  const columns = told ?? columnsNamed(constraint.slice(table.length + 1).replace(/_key\d*$/, ""), table) ?? [];
  return { table, columns: columns.filter((name) => name !== "tenant_id") };
}

/** The columns of a table whose names, put together with `_`, are this text; null when it is not made of them. */
function columnsNamed(text: string, table: string): string[] | null {
  for (const name of ["tenant_id", ...Object.keys(tableNamed(table)?.columns ?? {})]) {
    if (text === name) return [name];
    const rest = text.startsWith(`${name}_`) ? columnsNamed(text.slice(name.length + 1), table) : null;
    if (rest !== null) return [name, ...rest];
  }
  return null;
}

function isForeignKey(error: Error): boolean {
  return (
    /FOREIGN KEY constraint failed/.test(error.message) ||
    ("code" in error && (error.code === "23503" || error.code === "23001"))
  );
}

/**
 * PostgreSQL refuses a value for its type: no id, a number out of range, a day that does not exist, a NUL character. Inputs
 * of actions are checked before; this is about what comes in by addresses, filters and cursors.
 */
function isUnreadable(error: Error): boolean {
  return "code" in error && ["22P02", "22P05", "22003", "22007", "22008", "22021"].includes(String(error.code));
}
