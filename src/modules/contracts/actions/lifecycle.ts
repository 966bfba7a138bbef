import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import { dateIn } from "../../../platform/clock.ts";
import { asSystem, type Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import type { PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { t } from "../../../platform/language/index.ts";
import { contractActivated, contractCancelled, contractExpired, contractRenewed } from "../events.ts";
import { companies } from "../../companies/index.ts";
import { renewedEnd } from "../rules/periods.ts";
import { contracts } from "../schema.ts";
import { checkLastDay } from "./checks.ts";
import { by } from "../../../platform/undo/undo.ts";

type ContractRow = RowOf<typeof contracts>;

const permission = "contracts.write";
const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };
const input = Type.Object(target, { additionalProperties: false });

/** Puts a contract into force: time of its company is covered by it from now on. */
export const activateContract = action({
  name: "contracts.activate",
  permission,
  input,
  run: async (work: Work, { id, version }: PatchInput): Promise<ContractRow> =>
    activate(work, await find(work, "contracts", id), version),
});

/** Cancels a contract. What it covered and what it was billed for stays as it is. */
export const cancelContract = action({
  name: "contracts.cancel",
  permission,
  input,
  run: async (work: Work, { id, version }: PatchInput): Promise<ContractRow> => {
    const contract = await find(work, "contracts", id);
    if (contract.status !== "active" && contract.status !== "draft")
      throw conflict(
        t("{contract_number} is {status} already.", {
          contract_number: contract.contract_number,
          status: contract.status,
        }),
        "wrong_status",
      );
    return leave(work, contract, "cancelled", version);
  },
});

/** Takes a contract that is over out of the lists. */
export const archiveContract = action({
  name: "contracts.archive",
  permission,
  input,
  undo: by("contracts.restore"),
  isForMany: true,
  run: async (work: Work, { id, version }: PatchInput): Promise<ContractRow> => {
    const contract = await find(work, "contracts", id);
    if (contract.status === "active")
      throw conflict(
        t("{contract_number} is active. Cancel it before it is archived.", {
          contract_number: contract.contract_number,
        }),
        "active",
      );
    return update(work, contracts, id, { archived_at: work.app.clock.now() }, version);
  },
});

export const restoreContract = action({
  name: "contracts.restore",
  permission,
  input,
  undo: by("contracts.archive"),
  isForMany: true,
  run: (work: Work, { id, version }: PatchInput): Promise<ContractRow> =>
    update(work, contracts, id, { archived_at: null }, version),
});

/** Moves a contract's last day on, by the given months, else by its renewal terms, else by a year. */
export const renewContract = action({
  name: "contracts.renew",
  permission,
  input: Type.Object(
    { ...target, months: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version, months }: PatchInput & { months?: number }): Promise<ContractRow> => {
    const contract = await find(work, "contracts", id);
    if (contract.status !== "active" && contract.status !== "expired")
      throw conflict(
        t("{contract_number} is {status}; only active and expired contracts are renewed.", {
          contract_number: contract.contract_number,
          status: contract.status,
        }),
        "wrong_status",
      );
    return renew(work, contract, months, version);
  },
});

/**
 * What the passing of time does to contracts, once a day: those that renew by themselves go on, the others expire. Safe to
 * run at any time and again.
 */
export const expireContracts = action({
  name: "contracts.expire",
  permission,
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work): Promise<void> => {
    const over = await work.db
      .selectFrom("contracts")
      .selectAll()
      .where("status", "=", "active")
      .where("end_date", "<", todayOf(work))
      .execute();
    for (const contract of over) {
      if (contract.auto_renew) await renew(work, contract, undefined);
      else await leave(work, contract, "expired");
    }
  },
});

/** Activates a contract that the caller has looked up. 409 when it is over or in force already. */
export async function activate(work: Work, contract: ContractRow, version?: number): Promise<ContractRow> {
  if (contract.status === "active")
    throw conflict(
      t("{contract_number} is active already.", { contract_number: contract.contract_number }),
      "wrong_status",
    );
  if (contract.archived_at !== null)
    throw conflict(
      t("{contract_number} is archived. Restore it first.", { contract_number: contract.contract_number }),
      "archived",
    );
  if (contract.end_date !== null && contract.end_date < todayOf(work)) {
    throw conflict(
      t("{contract_number} has ended on {end_date}. Renew it, or change its last day.", {
        contract_number: contract.contract_number,
        end_date: contract.end_date,
      }),
      "ended",
    );
  }
  const row = await update(work, contracts, contract.id, { status: "active" }, version);
  await chooseForCompany(work, row.company_id, null);
  await emit(work, contractActivated, { contract_id: row.id, company_id: row.company_id });
  return row;
}

async function leave(
  work: Work,
  contract: ContractRow,
  status: "cancelled" | "expired",
  version?: number,
): Promise<ContractRow> {
  const row = await update(work, contracts, contract.id, { status }, version);
  await chooseForCompany(work, row.company_id, row.id);
  const about = { contract_id: row.id, company_id: row.company_id };
  if (status === "cancelled") await emit(work, contractCancelled, about);
  else await emit(work, contractExpired, about);
  return row;
}

/** A contract that was left alone for years is moved on until it covers today. */
async function renew(
  work: Work,
  contract: ContractRow,
  asked: number | undefined,
  version?: number,
): Promise<ContractRow> {
  if (contract.end_date === null)
    throw conflict(
      t("{contract_number} is open-ended: there is nothing to renew.", { contract_number: contract.contract_number }),
      "open_ended",
    );
  checkLastDay(contract.end_date);
  const months = asked ?? Number(contract.renewal_terms["months"] ?? 12);
  const end_date = renewedEnd(contract.start_date, contract.end_date, months, todayOf(work));
  checkLastDay(end_date);
  const row = await update(work, contracts, contract.id, { end_date, status: "active" }, version);
  await chooseForCompany(work, row.company_id, null);
  await emit(work, contractRenewed, { contract_id: row.id, company_id: row.company_id, end_date });
  return row;
}

/**
 * Keeps the company's own contract right: the only active one becomes it, one that is `gone` does not stay it, and among
 * several the present one stays.
 */
export async function chooseForCompany(work: Work, companyId: string, gone: string | null): Promise<void> {
  const company = await work.db
    .selectFrom("companies")
    .select("contract_id")
    .where("id", "=", companyId)
    .executeTakeFirstOrThrow();
  const active = await work.db
    .selectFrom("contracts")
    .select("id")
    .where("company_id", "=", companyId)
    .where("status", "=", "active")
    .where("archived_at", "is", null)
    .execute();
  const only = active.length === 1 ? (active[0]?.id ?? null) : null;
  const contract_id = only ?? (company.contract_id === gone ? null : company.contract_id);
  if (contract_id !== company.contract_id) await update(asSystem(work), companies, companyId, { contract_id });
}

/** Today in the organization's time zone. */
export function todayOf(ctx: Pick<Work, "app" | "tenant">): string {
  return dateIn(ctx.tenant.timezone, ctx.app.clock.now());
}
