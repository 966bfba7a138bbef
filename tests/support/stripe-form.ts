/** The two wire formats of the Stripe stand-in: bracketed form fields in, the page where a customer pays out. */
import type { StripeSession } from "./stripe.ts";

/** A decoded field: text, or members by name (a list has the names "0", "1" …). */
export type FormValue = string | { [name: string]: FormValue };

/** Decodes `line_items[0][price_data][currency]=usd&…`. */
export function decodeForm(text: string): FormValue {
  const root: { [name: string]: FormValue } = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const path = key.split(/[[\]]+/).filter((part) => part !== "");
    const last = path.pop() ?? key;
    let at = root;
    for (const part of path) {
      const next = at[part];
      const inner = typeof next === "object" ? next : {};
      at[part] = inner;
      at = inner;
    }
    at[last] = value;
  }
  return root;
}

/** The members of a value, or of its member `name`; none where it is text or not there. */
export function shown(value: FormValue | undefined, name?: string): { [name: string]: FormValue } {
  const members = typeof value === "object" ? value : {};
  return name === undefined ? members : shown(members[name]);
}

/** Where a browser test presses "Pay" or "Cancel". */
export function checkoutPage(session: StripeSession): string {
  const cancel = session.cancel_url === null ? "" : `<a href="${Bun.escapeHTML(session.cancel_url)}">Cancel</a>`;
  const icon = `<link rel="icon" href="data:,">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Checkout</title>${icon}</head><body>
<h1>${(session.amount_total / 100).toFixed(2)} ${Bun.escapeHTML(session.currency.toUpperCase())}</h1>
<form method="post"><button>Pay</button></form>${cancel}</body></html>`;
}
