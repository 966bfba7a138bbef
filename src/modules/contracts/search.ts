import type { SearchFacet } from "../../platform/database/search.ts";
import { words } from "../../platform/http/pages/cells.ts";

export const contractSearch: SearchFacet = {
  table: "contracts",
  label: "Contracts",
  icon: "contract",
  document: (row) => ({
    title: `${String(row["contract_number"])} ${String(row["name"])}`,
    body: String(row["notes"] ?? ""),
  }),
  hit: (row) => ({
    title: String(row["name"]),
    detail: `${String(row["contract_number"])} · ${words(String(row["status"]))}`,
    href: `/contracts/${String(row["id"])}`,
  }),
};
