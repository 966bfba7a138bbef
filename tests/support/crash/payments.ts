import type { Chance } from "./chance.ts";
import type { Rows } from "./rows.ts";
import type { Stage } from "./stage.ts";

/** Stripe's side of the payments: pages that were paid, and events that are sent until they are taken. */
export interface Till {
  /** The payer of an invoice pays on the page that is open for it. */
  pay(invoiceId: string): void;
  /** Sends what has not been taken; comes to its end when all is, or `isOver` says so. */
  deliver(isOver: () => boolean): Promise<void>;
  /** What was paid and is not booked once. */
  wronglyBooked(rows: Rows): Promise<string[]>;
  /** Events sent so far. */
  sent(): number;
}

interface Waiting {
  sessionId: string;
  type: string;
  eventId: string;
  /** How often it is still to be taken: Stripe sends again what it believes was not. */
  times: number;
}

export function openTill(stage: Stage, luck: Chance): Till {
  const events: Waiting[] = [];
  const paid = new Set<string>();
  let sent = 0;

  const invoiceOf = ({
    metadata,
    client_reference_id,
  }: {
    metadata: Record<string, string>;
    client_reference_id: string | null;
  }): string => metadata["invoice_id"] ?? client_reference_id ?? "";

  const send = async (event: Waiting): Promise<boolean> => {
    const { body, signature } = await stage.stripe.webhook(event.sessionId, event.type, { eventId: event.eventId });
    sent += 1;
    try {
      const answer = await fetch(`${stage.one.url}/hooks/stripe/${stage.tenantId}`, {
        method: "POST",
        headers: { "stripe-signature": signature, "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(120_000),
      });
      await answer.text();
      return answer.status === 200;
    } catch {
      return false;
    }
  };

  return {
    sent: () => sent,
    pay: (invoiceId) => {
      for (const session of stage.stripe.sessions.values()) {
        if (invoiceOf(session) !== invoiceId || session.status !== "open") continue;
        stage.stripe.pay(session.id);
        paid.add(session.id);
        const event = (type: string): Waiting => ({
          sessionId: session.id,
          type,
          eventId: `evt_${crypto.randomUUID()}`,
          times: luck.between(1, 2),
        });
        // Out of order: what tells of the end may come before what tells of the payment.
        const both = [event("checkout.session.completed"), event("checkout.session.async_payment_succeeded")];
        events.push(...(luck.between(0, 1) === 0 ? both : both.toReversed()));
      }
    },
    deliver: async (isOver) => {
      while (!isOver() && events.length > 0) {
        const event = events.shift();
        if (event === undefined) return;
        const isTaken = await send(event);
        if (isTaken) event.times -= 1;
        if (event.times > 0) events.push(event);
        if (!isTaken) await Bun.sleep(20);
      }
    },
    wronglyBooked: async (rows) => {
      const broken: string[] = [];
      const booked = await rows.all(
        "select gateway_transaction_id as intent, amount from payments where gateway_transaction_id is not null",
      );
      for (const id of paid) {
        const session = stage.stripe.sessions.get(id);
        const found = booked.filter(({ intent }) => intent === session?.payment_intent);
        if (found.length !== 1 || found[0]?.["amount"] !== session?.amount_total)
          broken.push(
            `the payment ${session?.payment_intent} of ${session?.amount_total} is booked ${found.length} times: ${JSON.stringify(found)}`,
          );
      }
      if (booked.length !== paid.size)
        broken.push(`${booked.length} payments are booked of ${paid.size} that were made`);
      return broken;
    },
  };
}
