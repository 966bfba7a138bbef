import { createCompany } from "../../src/modules/companies/index.ts";
import { openTicket } from "../../src/modules/tickets/index.ts";
import { workTypeSet } from "../../src/modules/time/reference.ts";
import { perform } from "../../src/platform/action.ts";
import { type Ctx, inUnit } from "../../src/platform/context.ts";
import { addAll } from "../../src/platform/reference.ts";
import type { ApiAnswer, TestProgram } from "./program.ts";

/** People of Harbor IT who log time, the standard work types, and a client, Acme, who pays in euros. */
export interface TimeWorld {
  admin: Ctx;
  technician: Ctx;
  /** The administrator's key. */
  key: string;
  technicianKey: string;
  /** Acme's id. */
  acme: string;
  ticket(companyId: string, more?: Record<string, unknown>): Promise<{ id: string; number: string }>;
  /** Logs time over the API, as the technician unless another key is given. */
  post(attributes: Record<string, unknown>, as?: string): Promise<ApiAnswer>;
}

/** Makes it. */
export async function timeWorld(t: TestProgram): Promise<TimeWorld> {
  const admin = await t.harbor.as("administrator");
  const technicianKey = await t.harbor.key("technician");
  await inUnit(t.harbor.system, (work) => addAll(work, workTypeSet));
  return {
    admin,
    technician: await t.harbor.as("technician"),
    key: await t.harbor.key("administrator"),
    technicianKey,
    acme: (await perform(admin, createCompany, { name: "Acme", currency: "EUR" })).id,
    ticket: async (company_id, more = {}) => {
      const made = await perform(admin, openTicket, { title: "Printer jams", company_id, ...more });
      return { id: made.id, number: made.ticket_number };
    },
    post: (attributes, as = technicianKey) =>
      t.api("POST", "/api/v1/time-entries", { key: as, body: entryDocument(attributes) }),
  };
}

/** A time entry as the API takes it. */
export const entryDocument = (attributes: Record<string, unknown>): unknown => ({
  data: { type: "time_entries", attributes },
});
