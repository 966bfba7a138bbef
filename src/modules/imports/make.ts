import { can } from "../../platform/access/actor.ts";
import { validate } from "../../platform/access/validate.ts";
import type { Ctx } from "../../platform/context.ts";
import { isOn } from "../../platform/switches.ts";
import type { Transfer } from "../../platform/transfer/definition.ts";
import type { DerivedTarget } from "./rules/derived.ts";

/**
 * What files name and is not there can be made with the import: records that are whole with nothing but a name, such as a
 * queue, a category or a company, for whoever may add them by hand.
 */
export interface Makable {
  /** The file's field: `queue`, `company_name`. */
  field: string;
  label: string;
  transfer: Transfer;
}

/** The fields of a file whose records can be made, by key. */
export async function makableFields(ctx: Ctx, target: DerivedTarget): Promise<Map<string, Makable>> {
  const own = target.transfer.resource.table.name;
  const named = [
    ...target.columns
      .filter(({ references, kind }) => references !== "" && references !== own && kind !== "custom")
      .map(({ key, label, references }) => ({ field: key, label, references })),
    // Contacts read their company by rules of their own.
    ...target.fields
      .filter(({ key }) => key === "company_name")
      .map(({ key, label }) => ({ field: key, label, references: "companies" })),
  ];
  const found = new Map<string, Makable>();
  for (const { field, label, references } of named) {
    const transfer = transferInto(ctx, references);
    if (transfer !== null) found.set(field, { field, label, transfer });
  }
  return found;
}

function transferInto(ctx: Ctx, table: string): Transfer | null {
  const transfer = [...ctx.app.registry.transfers.values()].find(({ resource }) => resource.table.name === table);
  const [name] = transfer?.naming ?? [];
  if (transfer === undefined || name === undefined || transfer.exportOnly !== null || transfer.create === null)
    return null;
  const { create, resource } = transfer;
  if (!isOn(ctx.app, ctx.tenant, resource) || (create.permission !== null && !can(ctx.actor, create.permission)))
    return null;
  return validate(create.input, { [name]: "A name" }).length === 0 ? transfer : null;
}

/** The input of the action that makes a record of a name. */
export function inputNamed({ naming }: Transfer, name: string): Record<string, unknown> {
  return { [naming[0] ?? "name"]: name };
}
