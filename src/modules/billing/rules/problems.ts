import { t } from "../../../platform/language/index.ts";
import type { Amounts } from "./totals.ts";

/** What is wrong with a draft. An `error` keeps it from being approved, a `warning` asks a person to look. */
export interface DraftProblem {
  severity: "error" | "warning";
  code: "no_rate" | "zero_rate" | "partly_billed" | "nothing_to_bill" | "negative_discount" | "negative_total";
  /** A sentence for people. */
  message: string;
  time_entry_id: string | null;
  work_type_id: string | null;
}

/** A problem of the draft as a whole. */
function ofDraft(code: DraftProblem["code"], message: string): DraftProblem {
  return { severity: "error", code, message, time_entry_id: null, work_type_id: null };
}

/** The problems of a draft's lines and amounts, also after it has been edited by hand. */
export function amountProblems(lineCount: number, discountAmount: number, amounts: Amounts): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (lineCount === 0)
    problems.push(ofDraft("nothing_to_bill", t("There is nothing to bill: the invoice has no lines.")));
  if (discountAmount < 0)
    problems.push(ofDraft("negative_discount", t("A discount cannot be negative; add an adjustment line.")));
  if (amounts.total < 0) {
    problems.push(
      ofDraft("negative_total", t("Discounts and credits come to more than the charges: the total is below zero.")),
    );
  }
  return problems;
}

/** Whether a draft may be approved. */
export function canApprove(problems: readonly DraftProblem[]): boolean {
  return problems.every((problem) => problem.severity !== "error");
}
