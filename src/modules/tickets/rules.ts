/** Rules of tickets that need nothing but the ticket itself. */

/** What a mail about a ticket is called; the number in brackets is what answers are matched by. */
export function mailSubject(ticket: { ticket_number: string; title: string }): string {
  return `[#${ticket.ticket_number}] ${ticket.title}`;
}

/** The number of the n-th ticket of an organization: plain, and long enough from the first on to be read as one. */
export function ticketNumber(count: number): string {
  return String(1000 + count);
}

/** Whether the client wrote last, so that it is on us to answer. */
export function isClientWaiting(ticket: {
  last_client_reply_at: string | null;
  last_staff_reply_at: string | null;
}): boolean {
  const { last_client_reply_at: client, last_staff_reply_at: staff } = ticket;
  return client !== null && (staff === null || client > staff);
}

interface Ends {
  resolved_at: string | null;
  closed_at: string | null;
}

/**
 * When a ticket ended, after it has got a status: a closing status keeps the first instant, any other one clears it, for
 * the work goes on.
 */
export function endsAfter(before: Ends, isClosing: boolean, now: string): Ends {
  if (!isClosing) return { resolved_at: null, closed_at: null };
  return { resolved_at: before.resolved_at ?? now, closed_at: before.closed_at ?? now };
}

interface Replies {
  first_response_at: string | null;
  last_staff_reply_at: string | null;
  last_client_reply_at: string | null;
}

/** What a note changes of who wrote last; what stays inside the team changes nothing for the client. */
export function repliesAfter(
  before: Replies,
  note: { isClient: boolean; isPublic: boolean },
  now: string,
): Partial<Replies> {
  if (note.isClient) return { last_client_reply_at: now };
  if (!note.isPublic) return {};
  return { last_staff_reply_at: now, first_response_at: before.first_response_at ?? now };
}
