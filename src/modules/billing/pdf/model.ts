import type { Address } from "../../../platform/database/columns.ts";
import type { InvoiceStatus } from "../rules/states.ts";

/** All that an invoice on paper shows. Amounts are minor units of `currency`, dates `YYYY-MM-DD`. */
export interface InvoicePdfModel {
  /**
   * The instant the document stands for, ISO-8601: when the invoice was approved, or a draft last changed. It is the
   * file's creation date, so the same invoice gives the same bytes at any time.
   */
  issued_at: string;
  /** For the forms of dates and numbers, such as `en-US`. */
  locale: string;
  currency: string;
  letterhead: Letterhead;
  bill_to: BillTo;
  status: InvoiceStatus;
  /** Null while it is a draft. */
  invoice_number: string | null;
  invoice_date: string;
  due_date: string;
  po_number: string | null;
  lines: PdfLine[];
  subtotal: number;
  discount_amount: number;
  taxes: PdfTax[];
  is_tax_exempt: boolean;
  total: number;
  amount_paid: number;
  balance_due: number;
  /** Where the client pays online; null: not offered. */
  payment_url: string | null;
  /** For the client, below the totals; line breaks stay. */
  notes: string | null;
  /**
   * What the organization says on all of its invoices, at the foot of each page. Absent where an invoice was approved when
   * it stood among the notes.
   */
  footer?: string | null;
  /** The time behind the invoice, as an appendix; empty: none. */
  time: PdfTime[];
}

export interface Letterhead {
  /** Bytes of a PNG or JPEG; what cannot be drawn is left out. */
  logo: Uint8Array | null;
  name: string;
  address: Address | null;
  /** Telephone, mail address, web site: one line each. */
  contact: string[];
  tax_id: string | null;
  /** Where to pay to; line breaks stay. */
  bank_details: string | null;
  /** The brand's colour, `#rrggbb`; null, and absent where it was not kept yet: Purser's own. */
  color?: string | null;
}

export interface BillTo {
  name: string;
  /** The billing contact's name. */
  attention: string | null;
  address: Address | null;
  tax_id: string | null;
}

export interface PdfLine {
  description: string;
  quantity: string;
  /** Whether the quantity is hours, to be shown with two places. */
  is_hours: boolean;
  unit_price: string;
  total: number;
}

export interface PdfTax {
  name: string;
  /** Per cent as a decimal. */
  rate: string;
  taxable_amount: number;
  tax_amount: number;
}

export interface PdfTime {
  date: string;
  ticket: string | null;
  technician: string | null;
  notes: string;
  minutes: number;
}
