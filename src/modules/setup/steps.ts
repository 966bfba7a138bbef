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

/** The step after one, the last one staying the last. */
export function stepAfter(key: string): StepKey {
  const index = steps.findIndex((step) => step.key === key);
  return steps[Math.min(index + 1, steps.length - 1)]?.key ?? "done";
}

/** Whether the wizard has been beyond a step, given the last one that was finished. */
export function isFinished(key: StepKey, last: unknown): boolean {
  const at = (one: unknown): number => steps.findIndex((step) => step.key === one);
  return at(last) >= at(key);
}

/** Where the wizard stands for each step, given the last one that was finished. */
export function progress(
  current: StepKey,
  finished: string | null,
): { label: string; href: string; state: "done" | "current" | "todo" }[] {
  const done = steps.findIndex((step) => step.key === finished);
  return steps.map((step, index) => ({
    label: t(step.label),
    href: index > 0 && index <= done + 1 ? `/setup/${step.key}` : "",
    state: step.key === current ? "current" : index <= done ? "done" : "todo",
  }));
}
