import { passkeys } from "../../src/platform/access/factors.ts";
import { oauthGrants } from "../../src/platform/access/oauth.ts";
import { startSession } from "../../src/platform/access/sessions.ts";
import { type Ctx, inUnit } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import { newId } from "../../src/platform/ids.ts";
import { notifications } from "../../src/modules/notifications/schema.ts";
import { contractHourBalances } from "../../src/modules/contracts/schema.ts";
import { webhookAttempts } from "../../src/modules/webhooks/schema.ts";
import { plus } from "../../src/platform/clock.ts";
import type { TestProgram } from "./program.ts";

/** The ids of what somebody has for themselves, by the first part of its addresses. */
export interface Personal {
  sessions: string;
  passkeys: string;
  notifications: string;
}

/** A session, a passkey and a notification of a person, so that others have something not to find. */
export async function makePersonal(t: TestProgram, who: Ctx, marker: string): Promise<Personal> {
  const user_id = who.actor.user_id ?? "";
  return inUnit(t.harbor.system, async (work) => {
    const session = await startSession(work, user_id);
    await work.db
      .updateTable("sessions")
      .set({ user_agent: `${marker} browser` })
      .where("id", "=", session.id)
      .execute();
    const passkey = await insert(work, passkeys, {
      user_id,
      name: `${marker} passkey`,
      credential_id: newId(),
      public_key: "x",
    });
    const told = await insert(work, notifications, {
      user_id,
      channel_type: "in_app",
      subject: `${marker} rings`,
      status: "sent",
      event_type: "tickets.opened",
      event_id: newId(),
    });
    return { sessions: session.id, passkeys: passkey.id, notifications: told.id };
  });
}

/** What somebody has allowed an app. */
export async function makeGrant(t: TestProgram, who: Ctx, clientId: string): Promise<string> {
  const row = await inUnit(t.harbor.system, (work) =>
    insert(work, oauthGrants, {
      client_id: clientId,
      user_id: who.actor.user_id ?? "",
      scopes: ["companies.read"],
    }),
  );
  return row.id;
}

/** What somebody may take back: a change of a ticket. */
export async function makeOffer(t: TestProgram, who: Ctx, ticket: string): Promise<string> {
  const id = newId();
  await inUnit(t.harbor.system, async (work) => {
    const { version } = await work.db
      .selectFrom("tickets")
      .select("version")
      .where("id", "=", ticket)
      .executeTakeFirstOrThrow();
    await work.db
      .insertInto("undo_offers")
      .values({
        id,
        user_id: who.actor.user_id ?? "",
        action_name: "tickets.update",
        action_input: { id: ticket, title: "Zanzibar was down", version },
        expected_tags: null,
        created_at: t.clock.now(),
        expires_at: plus(t.clock.now(), 1_800_000),
        used_at: null,
      })
      .execute();
  });
  return id;
}

/** What only jobs write: a period of prepaid hours, and an attempt to send to a webhook. */
export async function makeLedgers(
  t: TestProgram,
  of: { contract: string; item: string; delivery: string },
): Promise<Record<string, string>> {
  return inUnit(t.harbor.system, async (work) => {
    const balance = await insert(work, contractHourBalances, {
      contract_id: of.contract,
      contract_item_id: of.item,
      period_start: "2026-11-01",
      period_end: "2026-11-30",
      hours_included: "10",
      hours_used: "2",
      hours_remaining: "8",
    });
    const attempt = await insert(work, webhookAttempts, {
      webhook_delivery_id: of.delivery,
      attempted_at: t.clock.now(),
      duration_milliseconds: 12,
    });
    return { "contract-hour-balances": balance.id, "webhook-attempts": attempt.id };
  });
}
