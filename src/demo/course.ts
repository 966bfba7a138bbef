import { type Calendar, millisecondsAt, type Moment, workedOn } from "./calendar.ts";
import type { Random } from "./random.ts";
import type { Story } from "./stories/index.ts";

/** A step of a ticket's course. */
export interface Step {
  kind: "reply" | "finding" | "answer" | "solution";
  at: Moment;
}

export interface Course {
  steps: Step[];
  /** What would have come next, had it come already; null when the ticket is solved. */
  next: Step | null;
  /** Waits for somebody outside. */
  isAtVendor: boolean;
}

/**
 * What has happened on a ticket up to now. Steps follow each other in working time; those that would lie ahead have not
 * happened, so that old tickets are closed and the youngest are at their beginning.
 */
export function courseOf(random: Random, calendar: Calendar, opened: Moment, story: Story): Course {
  const isUrgent = story.tag === "outage" || story.tag === "phishing";
  const isSlow = random.chance(story.type === "Problem" || story.isOnSite === true ? 0.32 : 0.24);
  // Most are taken up within the hour, some lie until the next day.
  const pace = isUrgent ? 0.2 : random.chance(0.2) ? 8 : 1;
  const withReply = random.chance(0.86);
  const plan: [Step["kind"], number][] = [];
  if (withReply) plan.push(["reply", 4 + random.wait(45) * pace]);
  if (random.chance(0.76)) plan.push(["finding", 12 + random.wait(110) * pace]);
  if (withReply && random.chance(0.52)) plan.push(["answer", 15 + random.wait(random.chance(0.15) ? 4_000 : 400)]);
  plan.push(["solution", 15 + random.wait(isSlow ? 9_000 : 500)]);
  const steps: Step[] = [];
  let at = opened;
  for (const [kind, delay] of plan) {
    at = workedOn(calendar, at, Math.round(delay));
    if (millisecondsAt(calendar, at) > calendar.now - 60_000)
      return { steps, next: { kind, at }, isAtVendor: isSlow && random.chance(0.35) };
    steps.push({ kind, at });
  }
  return { steps, next: null, isAtVendor: false };
}
