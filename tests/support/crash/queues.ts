import { waitFor } from "../waiting.ts";
import type { Row, Rows } from "./rows.ts";
import { openRows } from "./rows.ts";
import type { Stage } from "./stage.ts";

/** What waits in the queues, by queue. */
export async function waiting(rows: Rows): Promise<Record<string, number>> {
  return {
    events: await rows.number("select count(*) from event_deliveries where succeeded_at is null and dead_at is null"),
    mails: await rows.number("select count(*) from mails where mail_status in ('queued', 'sending')"),
    webhooks: await rows.number(
      "select count(*) from webhook_deliveries where delivery_status in ('queued', 'sending')",
    ),
  };
}

/** Waits until every queue is empty. Returns the seconds that it took. */
export async function drained(stage: Stage, timeoutMs: number): Promise<number> {
  const started = performance.now();
  let last = "";
  await waitFor(
    "the queues to drain",
    async () => {
      const rows = await openRows(stage.one);
      try {
        const left = await waiting(rows);
        last = JSON.stringify(left);
        return Object.values(left).every((count) => count === 0) || undefined;
      } finally {
        await rows.close();
      }
    },
    { timeoutMs, everyMs: 500, details: () => last },
  );
  return (performance.now() - started) / 1000;
}

/** What came out of the queues other than it should have, once they are empty. */
export async function wronglyDelivered(stage: Stage, rows: Rows): Promise<string[]> {
  const broken: string[] = [];
  for (const row of await rows.all("select handler, last_error from event_deliveries where dead_at is not null"))
    broken.push(`${row["handler"]} has given up: ${row["last_error"]}`);
  for (const row of await rows.all("select job, last_error from job_runs where last_error <> ''"))
    broken.push(`the job ${row["job"]} has failed: ${row["last_error"]}`);
  broken.push(...mailsSentWrongly(stage, await rows.all("select message_id, mail_status, last_error from mails")));
  const sent = await rows.all("select id, event_id, delivery_status, last_error from webhook_deliveries");
  for (const row of sent) {
    const got = stage.receiver.received.get(String(row["id"]));
    if (row["delivery_status"] !== "delivered")
      broken.push(`a webhook is ${row["delivery_status"]}: ${row["last_error"]}`);
    else if (got === undefined) broken.push(`the webhook ${row["id"]} is marked delivered and has not arrived`);
    else if (got.event_id !== row["event_id"] || new Set(got.bodies).size !== 1)
      broken.push(`the webhook ${row["id"]} came with different contents`);
  }
  const twice = await rows.all(
    "select event_id from webhook_deliveries group by event_id, webhook_endpoint_id having count(*) > 1",
  );
  if (twice.length > 0) broken.push(`${twice.length} events were queued twice for the same receiver`);
  return broken;
}

/** A mail arrives once; one of which nobody can know it (`uncertain`) at most once, and a person is asked. */
function mailsSentWrongly(stage: Stage, mails: Row[]): string[] {
  const arrived = new Map<string, number>();
  for (const { message } of stage.smtp.received)
    arrived.set(message.messageId ?? "", (arrived.get(message.messageId ?? "") ?? 0) + 1);
  const broken: string[] = [];
  for (const { message_id, mail_status, last_error } of mails) {
    const count = arrived.get(String(message_id)) ?? 0;
    arrived.delete(String(message_id));
    if (count > 1) broken.push(`the mail ${message_id} arrived ${count} times`);
    if (mail_status === "sent" && count === 0) broken.push(`the mail ${message_id} is marked sent and has not arrived`);
    if (mail_status === "failed") broken.push(`the mail ${message_id} has failed: ${last_error}`);
  }
  for (const id of arrived.keys()) broken.push(`the mail ${id} arrived and nobody has written it`);
  return broken;
}
