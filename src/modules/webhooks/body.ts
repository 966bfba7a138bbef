import type { Actor } from "../../platform/access/actor.ts";
import type { Work } from "../../platform/context.ts";
import type { TableName } from "../../platform/database/tables.ts";
import type { AnyEventType, Happened } from "../../platform/events/event-type.ts";
import { maybeFind } from "../../platform/access/reach.ts";
import { type ResourceObject, resourceObjects } from "../../platform/http/jsonapi/objects.ts";

/** What is sent: the event, and the record it is about as the API shows it at this moment. */
export interface WebhookBody {
  id: string;
  type: string;
  occurred_at: string;
  actor: { user_id: string | null; name: string };
  data: Record<string, unknown>;
  record: ResourceObject | null;
}

/** Sees the records, and of their columns those that need no permission of their own: no prices. */
const receiver = (work: Work): Actor => ({ ...work.actor, kind: "staff", permissions: new Set() });

/** The body of an event, as text; made once for each event, right after it happened. */
export async function bodyOf(work: Work, event: Happened, type: AnyEventType | undefined): Promise<string> {
  const body: WebhookBody = {
    id: event.id,
    type: event.name,
    occurred_at: event.occurred_at,
    actor: { user_id: event.user_id, name: event.actor_name },
    data: event.payload,
    record: type === undefined ? null : await recordOf(work, event, type),
  };
  return JSON.stringify(body);
}

async function recordOf(work: Work, { payload }: Happened, { subject }: AnyEventType): Promise<ResourceObject | null> {
  const resource = subject === null ? undefined : work.app.registry.resources.get(subject.resource);
  if (resource === undefined || subject === null) return null;
  // The row is fetched by Purser itself: whether the endpoint may have it was decided when the event was chosen for it.
  const row = await maybeFind(work, resource.table.name as TableName, String(payload[subject.id]));
  if (row === undefined) return null;
  const [object] = await resourceObjects({ ...work, actor: receiver(work) }, resource, [
    row as Record<string, unknown>,
  ]);
  return object ?? null;
}
