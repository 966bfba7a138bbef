import type { AnyAction } from "../../platform/action.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { defineModule } from "../../platform/module.ts";
import { timeEvents } from "./events.ts";
import { deleteTime, logTime, updateTime } from "./actions/entries.ts";
import * as reference from "./actions/reference.ts";
import { discardTimer, startTimer, stopTimer } from "./actions/timer.ts";
import { timerApi } from "./api.ts";
import { entryPages } from "./pages/entries.ts";
import { settingsPages } from "./pages/settings.ts";
import { timerPages } from "./pages/timer.ts";
import { panels, timerModel } from "./panels.ts";
import { workTypeSet } from "./reference.ts";
import { timeReach, timeReachReasons } from "./reach.ts";
import { timeEntryResource, workTypeResource } from "./resources.ts";
import { timeEntries, timeRoundingRules, timers, workTypes } from "./schema.ts";
import { timePalette } from "./palette.ts";
import { timeList } from "./list.ts";
import { timeTransfers } from "./transfers.ts";

export { type TimeEntry } from "./actions/checks.ts";
export { deleteTime, logTime, type LogTime, updateTime } from "./actions/entries.ts";
export { createWorkType, updateWorkType } from "./actions/reference.ts";
export { discardTimer, startTimer, stopTimer } from "./actions/timer.ts";
export { type ActiveTimer, activeTimer, workTypeOptions } from "./queries.ts";
export { parseDuration, roundMinutes, type RoundingRule, typedDuration } from "./rules.ts";
export { timeEntries, timers, unbilled, workTypes } from "./schema.ts";

/** Time that was worked, the timer, work types and rounding (PRD 3.5). */
export const timeModule = defineModule({
  name: "time",
  emits: timeEvents,
  optional: { title: "Time", text: "Time entries, the timer, work types. Tickets are answered without time." },
  tables: [workTypes, timeRoundingRules, timeEntries, timers],
  permissions: {
    "time.read": "See logged time",
    "time.write": "Log time of one's own, and run a timer",
    "time.manage": "Log, change and delete other people's time",
    "time.configure": "Change work types and rounding",
  },
  scoped: ["time.read"],
  grants: {
    manager: ["time.read", "time.write", "time.manage"],
    technician: ["time.read", "time.write"],
    dispatcher: ["time.read", "time.write"],
    sales: ["time.read"],
    finance: ["time.read"],
  },
  actions: [
    logTime,
    updateTime,
    deleteTime,
    startTimer,
    stopTimer,
    discardTimer,
    ...Object.values(reference),
  ] as unknown as AnyAction[],
  transfers: timeTransfers,
  resources: [timeEntryResource, workTypeResource],
  routes: [...entryPages, ...timerPages, ...settingsPages, ...timerApi],
  create: [{ label: "Time entry", href: "/time/new", icon: "clock", order: 12, permission: "time.write" }],
  palette: timePalette,
  lists: [{ permission: "time.read", list: timeList as List<unknown> }],
  nav: [{ label: "Time", href: "/time", icon: "clock", group: "Desk", order: 20, permission: "time.read" }],
  reach: timeReach,
  reachReasons: timeReachReasons,
  panels,
  reference: [workTypeSet],
  chrome: async (ctx) => ({ timer: await timerModel(ctx) }),
});
