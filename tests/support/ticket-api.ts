import type { ApiAnswer, TestProgram } from "./program.ts";
import { document } from "./record-api.ts";

/** Tickets over the API, as the technician whose key it is. */
export function ticketApi(t: TestProgram, technician: string) {
  return {
    open: (attributes: Record<string, unknown>, key = technician): Promise<ApiAnswer> =>
      t.api("POST", "/api/v1/tickets", { key, body: document("tickets", attributes) }),
    change: (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("PATCH", `/api/v1/tickets/${id}`, { key: technician, body: document("tickets", attributes) }),
    note: (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("POST", `/api/v1/tickets/${id}/notes`, { key: technician, body: document("ticket_notes", attributes) }),
    show: async (id: string): Promise<Record<string, unknown>> =>
      (await t.api("GET", `/api/v1/tickets/${id}`, { key: technician })).body.data.attributes,
    /** The id of a status, queue … by its name. */
    idOf: async (list: string, name: string): Promise<string> => {
      const answer = await t.api("GET", `/api/v1/${list}?filter[name]=${encodeURIComponent(name)}`, {
        key: technician,
      });
      return answer.body.data[0].id;
    },
  };
}
