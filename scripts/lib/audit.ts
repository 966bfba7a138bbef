import type { Outcome } from "./steps.ts";

/** What `bun audit` says: no advisory, some, or that the registry could not be asked. */
export type AuditVerdict = { kind: "clean" } | { kind: "vulnerable" } | { kind: "unavailable"; reason: string };

/**
 * Reads what `bun audit` did. It exits with 1 both for a found advisory and for a registry that has no audit endpoint
 * or cannot be reached; the second must be told apart, as it says nothing about the packages.
 */
export function auditVerdict({ code, output }: Outcome): AuditVerdict {
  if (code === 0) return { kind: "clean" };
  const trouble = /^error: (.*)$/m.exec(output)?.[1];
  if (trouble !== undefined) return { kind: "unavailable", reason: `the registry gave no advisories (${trouble})` };
  return { kind: "vulnerable" };
}
