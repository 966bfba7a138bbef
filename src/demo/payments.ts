import { type InvoiceRow, type PaymentRow, payments } from "../modules/billing/index.ts";
import { percentOf } from "../platform/money.ts";
import type { Bill } from "./bills.ts";
import { idAt } from "./bulk.ts";
import { type Calendar, dayAt, millisecondsAt, workdayFrom } from "./calendar.ts";
import { type Random, randomOf } from "./random.ts";
import { complete } from "./row.ts";
import type { Person } from "./setup.ts";

/** How clients pay: days before or after the invoice is due, and how often they forget. */
const habits: readonly (readonly [number, Habit])[] = [
  [35, { least: -20, most: -3, forgets: 0.005, method: "ach" }],
  [40, { least: -3, most: 9, forgets: 0.02, method: "check" }],
  [17, { least: 5, most: 38, forgets: 0.12, method: "wire" }],
  [8, { least: 20, most: 75, forgets: 0.35, method: "check" }],
];

interface Habit {
  least: number;
  most: number;
  forgets: number;
  method: "ach" | "check" | "wire";
}

/** What has come in for an invoice up to today: mostly all of it at once, sometimes a part, sometimes nothing. */
export function paymentsOf(
  random: Random,
  { calendar, tenantId }: { calendar: Calendar; tenantId: string },
  { draft, bill, recorder }: { draft: InvoiceRow; bill: Bill; recorder: Person },
): PaymentRow[] {
  // A client keeps its habit, whatever else was drawn before.
  const habit = randomOf(0, bill.client.company.name).weighted(habits);
  const late = random.between(habit.least, habit.most);
  if (draft.total === 0 || random.chance(habit.forgets)) return [];
  const inParts = random.chance(0.05);
  const first = inParts ? percentOf(draft.total, String(random.between(30, 60))) : draft.total;
  const made: PaymentRow[] = [];
  const book = (amount: number, days: number): void => {
    const wanted = Temporal.PlainDate.from(draft.due_date).add({ days }).toString();
    const earliest = Temporal.PlainDate.from(draft.invoice_date).add({ days: 1 }).toString();
    const day = workdayFrom(calendar, wanted < earliest ? earliest : wanted);
    const at = millisecondsAt(calendar, { day, minute: random.between(570, 990) });
    if (at > calendar.now || wanted > dayAt(calendar.days, calendar.today).date) return;
    const created_at = new Date(at).toISOString();
    made.push(
      complete(payments, {
        id: idAt(at),
        tenant_id: tenantId,
        invoice_id: draft.id,
        company_id: draft.company_id,
        payment_date: dayAt(calendar.days, day).date,
        amount,
        currency: draft.currency,
        payment_method: habit.method,
        reference_number:
          habit.method === "check"
            ? `Check ${random.between(1001, 9899)}`
            : `${habit.method.toUpperCase()} ${random.between(100_000, 999_999)}`,
        recorded_by_id: recorder.id,
        created_at,
        updated_at: created_at,
      }),
    );
  };
  book(first, late);
  if (inParts && random.chance(0.7)) book(draft.total - first, late + random.between(14, 30));
  return made;
}
