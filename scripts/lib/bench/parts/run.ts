import { all, api, type User } from "../people.ts";
import { type Stillness, watched } from "../still.ts";
import { onServer, type Round } from "./round.ts";

export interface RunResult {
  contracts: number;
  invoices: number;
  failed: number;
  seconds: number;
  still: Stillness;
}

const runContracts = 500;

/** The drafts of the present month for 500 contracts, in one request, after filling up the demo's contracts to so many. */
export const run = (round: Round): Promise<RunResult> =>
  onServer(round, "large", 0, async ({ server, boss }) => {
    await fillContracts(server.url, boss);
    const month = Temporal.Now.plainDateISO().toPlainYearMonth().toString();
    const { result, seconds, still } = await watched(server.url, () =>
      api<{ meta: { made: unknown[]; failed: unknown[] } }>(server.url, boss, "/invoices/generate/batch", {
        data: { type: "invoice_batches", attributes: { month } },
      }),
    );
    return {
      contracts: runContracts,
      invoices: result.meta.made.length,
      failed: result.meta.failed.length,
      seconds,
      still,
    };
  });

async function fillContracts(url: string, boss: User): Promise<void> {
  const active = await all(url, boss, "/contracts?filter[status]=active&page[size]=100");
  const taken = new Set(active.map(({ attributes }) => attributes["company_id"]));
  const free = (await all(url, boss, "/companies?page[size]=100")).filter(({ id }) => !taken.has(id));
  for (const { id } of free.slice(0, runContracts - active.length)) {
    const { data } = await api<{ data: { id: string } }>(url, boss, "/contracts", {
      data: {
        type: "contracts",
        attributes: {
          company_id: id,
          name: "Care",
          contract_type: "managed_services",
          start_date: Temporal.Now.plainDateISO().with({ day: 1 }).toString(),
          billing_cycle: "monthly",
          status: "active",
        },
      },
    });
    await api(url, boss, "/contract-items", {
      data: {
        type: "contract_items",
        attributes: {
          contract_id: data.id,
          item_type: "recurring_service",
          name: "Workplace",
          quantity: "5",
          unit_price: "89.00",
        },
      },
    });
  }
}
