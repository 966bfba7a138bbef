import type { Course } from "./course.ts";
import type { Random } from "./random.ts";
import type { Lists } from "./setup.ts";
import type { Story } from "./stories/index.ts";

/** Entries of the organization's lists, found by the standard names, else by what they mean, else the first. */

/** The status that a ticket has by its course. `hours` are those since the last step. */
export function statusOf(
  lists: Lists,
  { steps, next, isAtVendor }: Course,
  hours: number,
  story: Story,
): Lists["statuses"][number] {
  const named = (name: string, fits: (status: Lists["statuses"][number]) => boolean): Lists["statuses"][number] =>
    one(lists.statuses, (status) => status.name === name, fits);
  if (next === null) return named(hours < 100 ? "Resolved" : "Closed", (status) => status.is_closed);
  const last = steps.at(-1)?.kind;
  const isOpen = (waiting: string) => (status: Lists["statuses"][number]) => status.waiting_on === waiting;
  if (last === undefined) return named("New", isOpen("us"));
  if (isAtVendor && next.kind === "solution") return named("Waiting on vendor", isOpen("vendor"));
  if (last === "reply") return named("Waiting on client", isOpen("client"));
  if (story.isOnSite === true && next.kind === "solution") return named("Scheduled", isOpen("us"));
  return named("In progress", isOpen("us"));
}

export function priorityOf(lists: Lists, random: Random, story: Story): string {
  const isUrgent = story.tag === "outage" || story.tag === "phishing";
  const name = random.weighted(isUrgent ? urgent : story.type === "Incident" ? ordinary : calm);
  return one(lists.priorities, (priority) => priority.name === name).id;
}

const urgent = [
  [50, "Critical"],
  [50, "High"],
] as const;
const ordinary = [
  [2, "Critical"],
  [20, "High"],
  [63, "Medium"],
  [15, "Low"],
] as const;
const calm = [
  [6, "High"],
  [60, "Medium"],
  [34, "Low"],
] as const;

export function typeOf(lists: Lists, story: Story): string | null {
  return lists.types.find((type) => type.name === story.type)?.id ?? null;
}

export function queueOf(lists: Lists, story: Story): string {
  const name = story.tag === "project" ? "Projects" : "Support";
  return one(lists.queues, (queue) => queue.name === name).id;
}

export function categoriesOf(
  lists: Lists,
  story: Story,
): { category_id: string | null; subcategory_id: string | null } {
  const [above, below] = story.category.split("/");
  const category = lists.categories.find((one) => one.parent_category_id === null && one.name === above);
  const under = lists.categories.find((one) => one.parent_category_id === category?.id && one.name === below);
  return { category_id: category?.id ?? null, subcategory_id: category === undefined ? null : (under?.id ?? null) };
}

/** The first of a list for which one of the conditions holds, the earlier condition first. */
export function one<T>(list: readonly T[], ...conditions: readonly ((item: T) => boolean)[]): T {
  for (const condition of conditions) {
    const found = list.find(condition);
    if (found !== undefined) return found;
  }
  const [first] = list;
  if (first === undefined) throw new Error("a list of the organization is empty");
  return first;
}
