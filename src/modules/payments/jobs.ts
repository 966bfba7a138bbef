import { plus } from "../../platform/clock.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { closeCheckout, openCheckouts, settleSession } from "./settle.ts";

const anHour = 60 * 60_000;

/** Finds what was paid by asking Stripe: behind a NAT no webhook ever arrives, and not everybody comes back. */
export async function reconcileCheckouts(ctx: Ctx): Promise<void> {
  const problems: string[] = [];
  const before = plus(ctx.app.clock.now(), -anHour);
  for (const open of await reading(ctx, (reader) => openCheckouts(reader))) {
    try {
      if (open.provider_session_id !== null) await settleSession(ctx, open.provider_session_id);
      // Stripe's answer was lost and nobody asked again; no one ever saw the page.
      else if (open.created_at < before) await closeCheckout(ctx, open.id);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0)
    throw new Error(`${problems.length} payment pages could not be checked: ${problems[0] ?? ""}`);
}

export const reconcileJob: Job = { name: "payments.reconcile", schedule: "*/5 * * * *", run: reconcileCheckouts };
