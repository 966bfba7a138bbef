import { plus } from "../../platform/clock.ts";
import { type App, inUnit, systemContext, type Tenant } from "../../platform/context.ts";
import { emit } from "../../platform/events/outbox.ts";
import { outbound, OutboundProblem } from "../../platform/outbound/outbound.ts";
import { isResting } from "../../platform/jobs/due-work.ts";
import { newId } from "../../platform/ids.ts";
import { log } from "../../platform/log.ts";
import { webhookDisabled } from "./events.ts";
import { isDue } from "./queue.ts";
import { answerProblem, isGone, patienceMilliseconds, shownAnswer, waits } from "./rules.ts";
import { secretsOf, signature } from "./signing.ts";
// States the tables that are read here.
import "./schema.ts";

const timeoutMilliseconds = 10_000;
/** Longer than an attempt can take: after that whoever had claimed a delivery is dead, and it is sent again. */
const leaseMilliseconds = 20_000;

/** How it went; `not_ours`: somebody else has it, or its endpoint was switched off; `resting`: the organization is suspended. */
export type Outcome = "delivered" | "failed" | "not_ours" | "resting";

interface Result {
  response_status: number | null;
  response_body: string;
  problem: string;
  duration_milliseconds: number;
}

/** Sends one delivery, if it is still to be sent, and writes down how that went. */
export async function sendOne(app: App, tenant: Tenant, id: string): Promise<Outcome> {
  const now = app.clock.now();
  const token = newId();
  const claimed = await app.database.write(tenant.id, async (db) => {
    if (await isResting(app, db, tenant.id)) return "resting";
    const endpoint = await db
      .selectFrom("webhook_endpoints")
      .selectAll("webhook_endpoints")
      .innerJoin("webhook_deliveries", "webhook_deliveries.webhook_endpoint_id", "webhook_endpoints.id")
      .where("webhook_deliveries.id", "=", id)
      .where("webhook_endpoints.is_active", "=", true)
      .executeTakeFirst();
    if (endpoint === undefined) return "not_ours";
    const { numUpdatedRows } = await db
      .updateTable("webhook_deliveries")
      .set({
        delivery_status: "sending",
        claim_token: token,
        lease_until: plus(now, leaseMilliseconds),
        updated_at: now,
      })
      .where("id", "=", id)
      // Somebody else's attempt may have failed since it was looked up; then it waits for its next turn.
      .where(isDue(now))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return "not_ours";
    const delivery = await db
      .selectFrom("webhook_deliveries")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    return { delivery, endpoint };
  });
  if (typeof claimed === "string") return claimed;
  const { delivery, endpoint } = claimed;
  const timestamp = Math.floor(Date.parse(app.clock.now()) / 1000);
  const started = performance.now();
  const result: Omit<Result, "duration_milliseconds"> = { response_status: null, response_body: "", problem: "" };
  try {
    const answer = await outbound(
      {
        url: endpoint.url,
        method: "POST",
        body: delivery.body,
        timeoutMilliseconds,
        mostBytes: 1000,
        headers: {
          "content-type": "application/json",
          "user-agent": "Purser-Webhooks/1",
          "purser-event": delivery.event_name,
          "purser-event-id": delivery.event_id,
          "purser-delivery-id": delivery.id,
          "purser-timestamp": String(timestamp),
          "purser-signature": signature(secretsOf(app, tenant.id, endpoint), timestamp, delivery.body),
        },
      },
      app.options.allowedNetworks,
    );
    result.response_status = answer.status;
    result.response_body = shownAnswer(answer.body);
    result.problem = answerProblem(answer.status);
  } catch (error) {
    // Anything else is a defect of ours, whose words are nothing for the log that people read.
    result.problem = error instanceof OutboundProblem ? error.message : "It could not be sent.";
    if (!(error instanceof OutboundProblem))
      log.error("a webhook could not be sent", { delivery: id, error: String(error) });
  }
  const duration_milliseconds = Math.round(performance.now() - started);
  await record(
    app,
    tenant,
    { id, token, endpointId: endpoint.id, attempts: delivery.attempts },
    { ...result, duration_milliseconds },
  );
  return result.problem === "" ? "delivered" : "failed";
}

interface Claim {
  id: string;
  token: string;
  endpointId: string;
  attempts: number;
}

/** Writes down how an attempt went; only for as long as the claim is still ours. */
async function record(app: App, tenant: Tenant, claim: Claim, result: Result): Promise<void> {
  await inUnit(systemContext(app, tenant), async (work) => {
    const { db } = work;
    const now = app.clock.now();
    const isDone = result.problem === "";
    const wait = waits[claim.attempts];
    const { numUpdatedRows } = await db
      .updateTable("webhook_deliveries")
      .set({
        delivery_status: isDone ? "delivered" : wait === undefined ? "failed" : "queued",
        attempts: claim.attempts + 1,
        next_attempt_at: isDone || wait === undefined ? null : plus(now, wait * 1000),
        delivered_at: isDone ? now : null,
        response_status: result.response_status,
        last_error: result.problem.slice(0, 2000),
        lease_until: null,
        claim_token: null,
        updated_at: now,
      })
      .where("id", "=", claim.id)
      .where("claim_token", "=", claim.token)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await db
      .insertInto("webhook_attempts")
      .values({
        id: newId(),
        webhook_delivery_id: claim.id,
        attempted_at: now,
        ...result,
        created_at: now,
        updated_at: now,
      })
      .execute();
    const endpoint = await db
      .selectFrom("webhook_endpoints")
      .select(["id", "failing_since", "is_active"])
      .where("id", "=", claim.endpointId)
      .executeTakeFirstOrThrow();
    const failing_since = isDone ? null : (endpoint.failing_since ?? now);
    const reason =
      result.response_status !== null && isGone(result.response_status)
        ? "The receiver answered 410: nothing is to be sent there any more."
        : failing_since !== null && failing_since <= plus(now, -patienceMilliseconds)
          ? `Nothing has arrived for three days. ${result.problem}`
          : null;
    const isDisabled = reason !== null && endpoint.is_active;
    // Not through `update`: each delivery would be an entry of the audit log and a new version under somebody's form.
    if (failing_since !== endpoint.failing_since || isDisabled)
      await db
        .updateTable("webhook_endpoints")
        .set({
          failing_since,
          ...(isDisabled ? { is_active: false, disabled_at: now, disabled_reason: reason.slice(0, 2000) } : {}),
        })
        .where("id", "=", endpoint.id)
        .execute();
    if (isDisabled) await emit(work, webhookDisabled, { webhook_endpoint_id: endpoint.id, reason });
  });
}
