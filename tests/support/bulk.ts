import { perform } from "../../src/platform/action.ts";
import { find } from "../../src/platform/access/reach.ts";
import { type Ctx, reading } from "../../src/platform/context.ts";
import { openTicket, type TicketRow } from "../../src/modules/tickets/index.ts";
import { makeClient } from "./desk.ts";
import { browserHeaders, type Headers } from "./everything.ts";
import type { TestProgram } from "./program.ts";

/** Somebody at the desk who changes many tickets at once, by the pages. */
export interface BulkDesk {
  technician: Ctx;
  headers: Headers;
  open(title: string): Promise<TicketRow>;
  ticket(id: string): Promise<TicketRow>;
  post(path: string, fields: Record<string, string>, who?: Headers): Promise<Response>;
  /** What a page says, without its markup. */
  text(path: string, who?: Headers): Promise<string>;
}

/** Makes a client and signs a technician in. */
export async function bulkDesk(t: TestProgram): Promise<BulkDesk> {
  const technician = await t.harbor.as("technician");
  const { company_id } = await makeClient(t, "Prairie Printing");
  const headers = await browserHeaders(t, technician);
  return {
    technician,
    headers,
    open: (title) => perform(technician, openTicket, { title, company_id }),
    ticket: (id) => reading(t.harbor.system, (ctx) => find(ctx, "tickets", id)) as Promise<TicketRow>,
    post: (path, fields, who = headers) =>
      t.fetch(path, { method: "POST", headers: who, body: new URLSearchParams(fields) }),
    text: async (path, who = headers) =>
      (await (await t.fetch(path, { headers: who })).text()).replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " "),
  };
}

export const idsOf = (rows: { id: string }[]): string => rows.map(({ id }) => id).join();
