/** What happens on a ticket, in the words of those who write there. In braces stand slots that `fill` knows. */
export interface Story {
  title: string;
  /** A standard category, behind a slash its subcategory. */
  category: string;
  type: "Incident" | "Service request" | "Problem" | "Change";
  /** The least and the most minutes of work that it takes in all. */
  minutes: readonly [number, number];
  /** What the client says. */
  opening: string;
  /** What the technician finds out, for the team. */
  finding: string;
  /** What the technician writes to the client meanwhile. */
  reply: string;
  /** What the client answers. */
  answer: string;
  /** How it ends. */
  solution: string;
  /** What stands on the invoice. */
  work: string;
  isOnSite?: true;
  /** Monitoring opened it, not a person. */
  isMonitoring?: true;
  tag?: string;
}

/** The values that stand in a story's slots. */
export type Slots = Readonly<Record<string, string>>;

/** A story's text with its slots filled, beginning with a capital; an unknown slot is a mistake in the story. */
export function fill(text: string, slots: Slots): string {
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = slots[name];
    if (value === undefined) throw new Error(`a story names {${name}}, which is no slot`);
    return value;
  });
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}

/** Things that stories are about; which one it is differs from ticket to ticket. */
export const things = {
  printer: [
    "the Brother by reception",
    "the Kyocera on the first floor",
    "the label printer",
    "the big copier",
    "the HP in accounts",
    "the plotter",
  ],
  device: ["WS-014", "WS-022", "WS-037", "LT-008", "LT-019", "LT-031", "LT-042"],
  server: ["SRV-FILE01", "SRV-DC01", "SRV-APP02", "SRV-SQL01", "SRV-RDS01"],
  app: [
    "the accounting program",
    "the booking system",
    "the CRM",
    "the stock program",
    "the time clock",
    "the document archive",
  ],
  room: [
    "the meeting room",
    "the workshop",
    "the front office",
    "the warehouse",
    "the upstairs office",
    "the back office",
  ],
  folder: ["Quotes", "Payroll", "Projects", "Contracts", "Marketing", "Board papers"],
  mailbox: ["info@", "orders@", "accounts@", "jobs@", "service@"],
  provider: ["the line provider", "the fibre provider", "the cable company"],
  count: ["2", "3", "4", "5", "6", "8", "10", "12"],
  day: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
} as const;
