import { type Paint, paintsOf } from "../paint.ts";
import { onServer, type Round } from "./round.ts";

/** What one sees first of the pages that a day is spent on, over the large data set. */
export const paint = (round: Round): Promise<Paint[]> =>
  onServer(round, "large", 1, ({ server, boss, subjects }) =>
    paintsOf(
      server.url,
      boss,
      [
        "/",
        "/tickets",
        `/tickets/${subjects.tickets[0] ?? ""}`,
        "/companies",
        `/companies/${subjects.companies[0] ?? ""}`,
        "/time",
        "/invoices",
        "/settings",
      ],
      round.isQuick ? 2 : 5,
    ),
  );
