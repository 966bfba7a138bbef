import type { AnyAction } from "../../platform/action.ts";
import { mentionRoutes } from "../../platform/mentions/routes.ts";
import { defineModule } from "../../platform/module.ts";
import { leadingOn } from "../companies/index.ts";
import * as actions from "./actions.ts";
import { journalApi } from "./api.ts";
import { journalEvents } from "./events.ts";
import { mentionMailed, mentionNotice } from "./mentioned.ts";
import { interactionPages } from "./pages/interactions.ts";
import { notePages } from "./pages/notes.ts";
import { timelinePages } from "./pages/timeline.ts";
import { journalPanels } from "./panels.ts";
import { attachmentResource, interactionResource, noteResource } from "./resources.ts";
import { interactionParticipants, interactions, recordAttachments, recordNotes } from "./schema.ts";
import { interactionReach, subjects, withItsSubject } from "./subjects.ts";
import { journalSources } from "./timeline/sources.ts";

export { addRecordNote, logInteraction } from "./actions.ts";
export { interactionParticipants, interactions, recordNotes } from "./schema.ts";

/** What the team writes down about clients: notes, files, calls; and all that happened with them, in one place (PRD 3.3.1). */
export const journalModule = defineModule({
  name: "journal",
  tables: [recordNotes, recordAttachments, interactions, interactionParticipants],
  emits: journalEvents,
  actions: Object.values(actions) as unknown as AnyAction[],
  resources: [noteResource, attachmentResource, interactionResource],
  routes: leadingOn([
    ...journalApi,
    ...timelinePages,
    ...notePages,
    ...interactionPages,
    ...subjects.flatMap(mentionRoutes),
  ]),
  events: [mentionMailed],
  notices: [mentionNotice],
  reach: {
    record_notes: withItsSubject("record_notes"),
    record_attachments: withItsSubject("record_attachments"),
    interactions: interactionReach,
  },
  timeline: journalSources,
  panels: journalPanels,
});
