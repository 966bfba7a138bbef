import { t } from "../../platform/language/index.ts";
/** The wizard's steps in order. The first makes the administrator; the rest can be left and taken up again. */
export const steps = [
  { key: "administrator", label: "Administrator" },
  { key: "organization", label: "Organization" },
  { key: "address", label: "Address" },
  { key: "locale", label: "Time and money" },
  { key: "mail", label: "Mail" },
  { key: "reference", label: "Standard data" },
  { key: "done", label: "Done" },
] as const;

export type StepKey = (typeof steps)[number]["key"];

/** Where a step stands in the order; -1 for what is none. */
export const indexOf = (key: unknown): number => steps.findIndex((step) => step.key === key);

/** The step after one, the last one staying the last. */
export function stepAfter(key: unknown): StepKey {
  return steps[Math.min(indexOf(key) + 1, steps.length - 1)]?.key ?? "done";
}

/** The step before one, for the way back; null where there is none: the administrator is made only once. */
export function stepBefore(key: StepKey): StepKey | null {
  const index = indexOf(key) - 1;
  return index > 0 ? (steps[index]?.key ?? null) : null;
}

/** Where the wizard is taken up again. Whoever asks has been let in, so the administrator's step is behind them at least. */
export function nextStep(finished: unknown): StepKey {
  return stepAfter(indexOf(finished) < 0 ? "administrator" : finished);
}

/** Whether the wizard has been beyond a step, given the last one that was finished. */
export function isFinished(key: StepKey, last: unknown): boolean {
  return indexOf(last) >= indexOf(key);
}

/** Where the wizard stands for each step, given the last one that was finished. */
export function progress(
  current: StepKey,
  finished: string | null,
): { label: string; href: string; state: "done" | "current" | "todo" }[] {
  const done = indexOf(finished);
  return steps.map((step, index) => ({
    label: t(step.label),
    href: index > 0 && index <= done + 1 ? `/setup/${step.key}` : "",
    state: step.key === current ? "current" : index <= done ? "done" : "todo",
  }));
}
