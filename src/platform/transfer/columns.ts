import { isShown } from "../http/jsonapi/objects.ts";
import type { Ctx } from "../context.ts";
import { definitionsOf, hasCustomFields } from "../custom-fields/definitions.ts";
import type { Definition } from "../custom-fields/schema.ts";
import { targetOf } from "../custom-fields/values.ts";
import { declared } from "../language/index.ts";
import { addressParts, type Column, labelOf } from "../database/columns.ts";
import type { Transfer } from "./definition.ts";

/** One column of a file. Its key is its header when it is written, and one of the headers by which it is known. */
export interface FileColumn {
  key: string;
  label: string;
  /** The label is the organization's own, as the field model has it. */
  is_own_words: boolean;
  synonyms: string;
  /** The column of the table; `external_id`, `tags` and custom fields have none of their own. */
  column: string;
  kind: Column["kind"] | "external_id" | "reference" | "address" | "tags" | "custom";
  about: Column | null;
  /** Which part of an address. */
  part: (typeof addressParts)[number] | "";
  /** The table that it names a record of. */
  references: string;
  field: Definition | null;
  /** Whether a file can set it; others are written, and left out when they come back. */
  isRead: boolean;
}

const unwritten = new Set(["id", "tenant_id", "version", "updated_at", "custom_fields", "merged_into_id"]);

/** The parts of a billing address in words, for the catalogs; those of other addresses stand there by their forms. */
const billingParts: Readonly<Record<string, string>> = {
  billing_address_line1: declared("Billing address line1"),
  billing_address_line2: declared("Billing address line2"),
  billing_city: declared("Billing city"),
  billing_region: declared("Billing region"),
  billing_postal_code: declared("Billing postal code"),
  billing_country: declared("Billing country"),
};

/** The columns that a file of these records has, for somebody who may see them. */
export async function fileColumns(ctx: Ctx, transfer: Transfer): Promise<FileColumn[]> {
  const { resource, history, create } = transfer;
  const inputs = create?.input.properties ?? {};
  const made: FileColumn[] = [
    plain("external_id", "External ID", {
      kind: "external_id",
      isRead: true,
      synonyms: "id externalid externallegacyticketid",
    }),
  ];
  for (const [name, column] of Object.entries(resource.table.columns)) {
    if (unwritten.has(name) || !isShown(ctx.actor, resource, name)) continue;
    const isRead = transfer.exportOnly === null && (name in inputs || history.includes(name));
    const rest = { column: name, about: column, isRead, synonyms: synonymsOf(transfer, name) };
    const label = labelOf(name, column);
    if (column.kind === "json" && column.properties.includes("line1")) {
      const prefix = name === "address" ? "" : `${name.replace(/_?address$/, "")}_`;
      for (const part of addressParts) {
        const key = part.startsWith("line") ? `${prefix}address_${part}` : `${prefix}${part}`;
        made.push(plain(key, billingParts[key] ?? wordsOf(key), { ...rest, kind: "address", part, synonyms: "" }));
      }
    } else if (column.references !== null) {
      const key = name.replace(/_id$/, "");
      made.push(plain(key, label, { ...rest, kind: "reference", references: column.references }));
    } else made.push(plain(name, label, { ...rest, kind: column.kind }));
  }
  if (resource.hasTags)
    made.push(plain("tags", "Tags", { kind: "tags", isRead: "tags" in inputs, synonyms: "labels" }));
  if (hasCustomFields(resource.table)) {
    for (const field of await definitionsOf(ctx, resource.table.name)) {
      const references = targetOf(field.field_type) ?? "";
      const isRead = transfer.exportOnly === null && field.archived_at === null;
      made.push(
        plain(`custom_fields.${field.field_key}`, field.label, {
          kind: "custom",
          field,
          references,
          isRead,
          synonyms: field.field_key.replaceAll("_", ""),
        }),
      );
    }
  }
  return made;
}

function plain(key: string, label: string, given: Partial<FileColumn> & Pick<FileColumn, "kind">): FileColumn {
  return {
    key,
    label,
    is_own_words: given.kind === "custom",
    synonyms: "",
    column: key,
    about: null,
    part: "",
    references: "",
    field: null,
    isRead: false,
    ...given,
  };
}

function synonymsOf({ synonyms }: Transfer, name: string): string {
  return synonyms.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
}

function wordsOf(key: string): string {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
