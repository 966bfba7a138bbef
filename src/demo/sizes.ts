/** How much is written. Counts that follow from others (notes, time entries, invoices) come out near what is meant. */
export interface Size {
  companies: number;
  contacts: number;
  tickets: number;
  /** How far back the data goes, in whole months before the present one. */
  months: number;
  technicians: number;
  finance: number;
  portalUsers: number;
  /** How often a step of work on a ticket is written down as time. */
  logged: number;
  /** The share of clients that is billed monthly, the rest quarterly. */
  monthly: number;
  /** The share of clients that came while the data runs. */
  newcomers: number;
  /** Invoices for hardware, written by hand. */
  handWritten: number;
}

export const sizes = {
  /** A one-desk provider's year: about 1,800 notes, 1,500 time entries, 75 invoices. */
  small: {
    companies: 25,
    contacts: 120,
    tickets: 600,
    months: 12,
    technicians: 3,
    finance: 1,
    portalUsers: 2,
    logged: 0.82,
    monthly: 0,
    newcomers: 0.75,
    handWritten: 4,
  },
  /** The large provider's clients with a tenth of their tickets: what tells whether something costs more as tables grow. */
  medium: {
    companies: 500,
    contacts: 5_000,
    tickets: 10_000,
    months: 12,
    technicians: 55,
    finance: 3,
    portalUsers: 150,
    logged: 0.99,
    monthly: 0,
    newcomers: 0.3,
    handWritten: 100,
  },
  /** What the program has to carry: about 300,000 notes, 300,000 time entries, 10,000 invoices. */
  large: {
    companies: 500,
    contacts: 5_000,
    tickets: 100_000,
    months: 24,
    technicians: 55,
    finance: 3,
    portalUsers: 150,
    logged: 0.99,
    monthly: 1,
    newcomers: 0.3,
    handWritten: 900,
  },
} as const satisfies Record<string, Size>;

export type SizeName = keyof typeof sizes;

export function isSizeName(name: string): name is SizeName {
  return name in sizes;
}
