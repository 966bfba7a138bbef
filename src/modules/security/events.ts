import { type Static, Type } from "@sinclair/typebox";
import { nobody } from "../../platform/access/actor.ts";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { keyRefusedAtAddress, keyUsedFromNewAddress } from "../../platform/access/events.ts";
import { plus } from "../../platform/clock.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow } from "../../platform/database/columns.ts";
import { insert } from "../../platform/database/records.ts";
import { eventType, type Happened, idOf, on, type Subscription } from "../../platform/events/event-type.ts";
import { emit } from "../../platform/events/outbox.ts";
import { tokenReused } from "../oauth/index.ts";
import {
  refreshTokenReused,
  roleRaised,
  secondFactorReset,
  secondStepFailed,
  signedInOnNewDevice,
  signInFailed,
} from "../staff/index.ts";
import { isRaiseWorthALook, manyFailures, tooMany } from "./rules.ts";
import { alertKinds, securityAlerts } from "./schema.ts";

export const alertRaised = eventType({
  name: "security.alert_raised",
  description: "Something happened that somebody should look at: a new device, many failed sign-ins, a raised role.",
  payload: Type.Object({
    alert_id: idOf(),
    alert_kind: Type.Union(alertKinds.map((kind) => Type.Literal(kind))),
    subject_name: Type.String(),
  }),
  subject: { resource: "security-alerts", id: "alert_id" },
});

export const securityEvents = [alertRaised];

type NewAlert = Omit<NewRow<typeof securityAlerts>, "user_agent"> & { user_agent?: string };

/** Writes an alert and tells of it. */
async function raiseAlert(work: Work, alert: NewAlert): Promise<void> {
  const row = await insert(work, securityAlerts, { user_agent: "", ...alert });
  await emit(work, alertRaised, {
    alert_id: row.id,
    alert_kind: row.alert_kind,
    subject_name: row.subject_name,
  } satisfies Static<typeof alertRaised.payload>);
}

async function nameOfUser(work: Work, userId: string): Promise<string> {
  const user = await work.db.selectFrom("users").select("name").where("id", "=", userId).executeTakeFirst();
  return user?.name ?? "";
}

interface FailedSignIn {
  user_id: string | null;
  email: string;
  ip_address: string;
  user_agent?: string;
}

/** Writes a failed sign-in into the audit log, and an alert when there were too many. */
async function noticeFailure(work: Work, event: Happened, given: FailedSignIn, step: string): Promise<void> {
  const { user_id, email, ip_address, user_agent = "" } = given;
  const actor = { ...nobody, name: email, user_id };
  const request = { ...work.request, ip: ip_address, user_agent };
  writeAuditEntry({ ...work, actor, request }, "login", "users", user_id ?? "", null, {
    outcome: "failed",
    step,
    email,
  });
  const rows = await work.db
    .selectFrom("audit_log")
    .select(["new_values", "ip_address"])
    .where("action", "=", "login")
    .where("timestamp", ">=", plus(event.occurred_at, -manyFailures.minutes * 60_000))
    // A failed sign-in stands there under the address that was tried.
    .where((eb) => eb.or([eb("actor_name", "=", email), eb("ip_address", "=", ip_address)]))
    .execute();
  const failures = rows
    .filter(({ new_values }) => new_values?.["outcome"] === "failed")
    .map((row) => ({ email: String(row.new_values?.["email"]), ip_address: row.ip_address }));
  const many = tooMany(failures, given);
  if (many === null) return;
  await raiseAlert(work, {
    alert_kind: "many_failures",
    user_id: many.about === "account" ? user_id : null,
    subject_name: many.about === "account" ? email : ip_address,
    ip_address,
    user_agent,
    details: many,
    happened_at: event.occurred_at,
  });
}

/** What is made of what others tell: entries of the audit log, and alerts (PRD 3.18). */
export const securityHandlers: Subscription[] = [
  on(signInFailed, "security.notice_failed_sign_in", (work, event) =>
    noticeFailure(work, event, event.payload, "password"),
  ),
  on(secondStepFailed, "security.notice_failed_second_step", async (work, event) => {
    const { user_id } = event.payload;
    const user = await work.db.selectFrom("users").select("email").where("id", "=", user_id).executeTakeFirst();
    await noticeFailure(work, event, { ...event.payload, email: user?.email ?? "" }, "second step");
  }),
  on(signedInOnNewDevice, "security.notice_new_device", (work, { payload, occurred_at }) =>
    raiseAlert(work, {
      alert_kind: "new_device",
      user_id: payload.user_id,
      subject_name: payload.user_name,
      ip_address: payload.ip_address,
      // As it calls itself: the page says in its reader's language what that is.
      user_agent: payload.user_agent,
      details: {},
      happened_at: occurred_at,
    }),
  ),
  on(refreshTokenReused, "security.notice_reused_token", (work, { payload, occurred_at }) =>
    raiseAlert(work, {
      alert_kind: "refresh_token_reused",
      user_id: payload.user_id,
      subject_name: payload.user_name,
      ip_address: payload.ip_address,
      details: { session_id: payload.session_id },
      happened_at: occurred_at,
    }),
  ),
  on(tokenReused, "security.notice_reused_app_token", (work, { payload, occurred_at }) =>
    raiseAlert(work, {
      alert_kind: "refresh_token_reused",
      user_id: payload.user_id,
      subject_name: payload.client_name,
      ip_address: payload.ip_address,
      details: { client_id: payload.client_id },
      happened_at: occurred_at,
    }),
  ),
  on(keyUsedFromNewAddress, "security.notice_key_from_new_address", (work, { payload, occurred_at }) =>
    raiseAlert(work, {
      alert_kind: "key_from_new_address",
      user_id: payload.user_id,
      subject_name: payload.key_name,
      ip_address: payload.ip_address,
      details: { api_key_id: payload.api_key_id },
      happened_at: occurred_at,
    }),
  ),
  on(keyRefusedAtAddress, "security.notice_key_refused_at_address", (work, { payload, occurred_at }) =>
    raiseAlert(work, {
      alert_kind: "key_refused_at_address",
      user_id: payload.user_id,
      subject_name: payload.key_name,
      ip_address: payload.ip_address,
      details: { api_key_id: payload.api_key_id },
      happened_at: occurred_at,
    }),
  ),
  on(roleRaised, "security.notice_raised_role", async (work, { payload, occurred_at, actor_name }) => {
    const { user_id, role_id, permissions, by_user_id } = payload;
    // The set-up, the command line and upgrades are the operator's own doing.
    if (by_user_id === null || !isRaiseWorthALook(payload)) return;
    const role =
      role_id === null
        ? undefined
        : await work.db.selectFrom("roles").select("name").where("id", "=", role_id).executeTakeFirst();
    await raiseAlert(work, {
      alert_kind: "role_raised",
      user_id,
      subject_name: user_id === null ? (role?.name ?? "") : await nameOfUser(work, user_id),
      ip_address: "",
      details: { permissions, by: actor_name },
      happened_at: occurred_at,
    });
  }),
  on(secondFactorReset, "security.notice_factor_reset", async (work, { payload, occurred_at, actor_name }) =>
    raiseAlert(work, {
      alert_kind: "second_factor_reset",
      user_id: payload.user_id,
      subject_name: await nameOfUser(work, payload.user_id),
      ip_address: "",
      details: { by: actor_name },
      happened_at: occurred_at,
    }),
  ),
];
