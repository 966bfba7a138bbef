import { accessStories } from "./access.ts";
import { hardwareStories } from "./hardware.ts";
import { networkStories } from "./network.ts";
import { projectStories } from "./projects.ts";
import { securityStories } from "./security.ts";
import { softwareStories } from "./software.ts";
import type { Story } from "./story.ts";

export { fill, type Slots, type Story, things } from "./story.ts";

/** How often each kind of story happens, by weight. */
export const stories: readonly (readonly [number, readonly Story[]])[] = [
  [26, hardwareStories],
  [28, softwareStories],
  [18, networkStories],
  [16, accessStories],
  [9, securityStories],
  [3, projectStories],
];
