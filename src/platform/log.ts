import { writeLine } from "./write-line.ts";

/** What is known about an event beside its message: ids, names, counts. Bodies and secrets never belong here. */
export type LogFields = Record<string, unknown>;
export type LogLevel = "info" | "warn" | "error";

export interface LogLine {
  time: string;
  level: LogLevel;
  message: string;
  fields: LogFields;
}

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

let isJson = process.stderr.isTTY !== true;

/** The program's log: one line an event on standard error, so that what a verb prints stays clean. */
export const log: Log = {
  info: (message, fields = {}) => write("info", message, fields),
  warn: (message, fields = {}) => write("warn", message, fields),
  error: (message, fields = {}) => write("error", message, fields),
};

/**
 * Says the same thing at most once a minute: what goes wrong with every request while a disk is full or a database away
 * must not fill the log as well. Each line tells how many were left out before it (`left_out`).
 */
export function complaint(level: LogLevel, message: string): (fields: LogFields) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return (fields) => {
    const now = performance.now();
    if (now - saidAt < 60_000) {
      leftOut += 1;
      return;
    }
    write(level, message, leftOut === 0 ? fields : { ...fields, left_out: leftOut });
    saidAt = now;
    leftOut = 0;
  };
}

/** Chooses the form of the lines; `auto` is text on a terminal and JSON otherwise. */
export function setLogFormat(format: "auto" | "json" | "text"): void {
  isJson = format === "auto" ? process.stderr.isTTY !== true : format === "json";
}

function write(level: LogLevel, message: string, fields: LogFields): void {
  const line: LogLine = {
    time: new Date().toISOString(),
    level,
    message: maskPasswords(message),
    fields: maskFields(fields),
  };
  writeLine(2, isJson ? jsonLine(line) : textLine(line));
}

/** A line of JSON; the event's own fields cannot take the place of time, level and message. */
export function jsonLine({ time, level, message, fields }: LogLine): string {
  return JSON.stringify({ ...fields, time, level, message });
}

/** A line for people: `06:54:09 WARN  a mail could not be sent  mail=… tenant=…`. */
export function textLine({ time, level, message, fields }: LogLine): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${textValue(value)}`);
  return [time.slice(11, 19), level.toUpperCase().padEnd(5), message.replaceAll(/\s*\n\s*/g, " "), ...details].join(
    " ",
  );
}

function textValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

const secretName = /pass(word|phrase)|secret|token|authorization|cookie|api_?key|private_?key|credential/i;

/** The second line of defence: what is called like a secret is not written even when somebody passes it. */
function maskFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maskValue(name, value, 0)]));
}

function maskValue(name: string, value: unknown, depth: number): unknown {
  if (secretName.test(name)) return "[hidden]";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return maskPasswords(value);
  if (value instanceof Error) return maskPasswords(value.stack ?? value.message);
  if (typeof value !== "object" || value === null) return value;
  if (depth > 4) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => maskValue("", item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskValue(key, inner, depth + 1)]));
}

/** Addresses such as `postgres://user:password@host` stand in the messages of drivers; Purser's tokens in URLs. */
function maskPasswords(text: string): string {
  return text
    .replaceAll(/(:\/\/[^\s/:@]*):[^\s/]+@/g, "$1:[hidden]@")
    .replaceAll(/\b(p[a-z]_[0-9a-f]{32})_[A-Za-z0-9_-]{43}/g, "$1_[hidden]");
}
