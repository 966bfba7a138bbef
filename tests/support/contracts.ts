import { createCompany } from "../../src/modules/companies/index.ts";
import { type ContractRow, createContract } from "../../src/modules/contracts/index.ts";
import { perform } from "../../src/platform/action.ts";
import type { Ctx } from "../../src/platform/context.ts";
import type { ApiAnswer, TestProgram } from "./program.ts";

/** Who makes contracts at Harbor IT, and with what. */
export interface ContractWorld {
  admin: Ctx;
  /** The administrator's key. */
  key: string;
  company(name: string, currency?: string): Promise<string>;
  /** An active contract from the first of the year. */
  contract(companyId: string, more?: Record<string, unknown>): Promise<ContractRow>;
  /** A document to an address below `/api/v1/`, as the administrator unless another key is given. */
  send(
    method: string,
    path: string,
    type: string,
    attributes: Record<string, unknown>,
    as?: string,
  ): Promise<ApiAnswer>;
}

/** Makes it. */
export async function contractWorld(t: TestProgram): Promise<ContractWorld> {
  const admin = await t.harbor.as("administrator");
  const key = await t.harbor.key("administrator");
  return {
    admin,
    key,
    company: async (name, currency = "USD") => (await perform(admin, createCompany, { name, currency })).id,
    contract: (company_id, more = {}) =>
      perform(admin, createContract, {
        name: "Care",
        company_id,
        contract_type: "managed_services",
        start_date: "2026-01-01",
        status: "active",
        ...more,
      }),
    send: (method, path, type, attributes, as = key) =>
      t.api(method, `/api/v1/${path}`, { key: as, body: { data: { type, attributes } } }),
  };
}
