import { cell, empty } from "../../platform/http/cells.ts";
import type { SectionModel, StatModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import type { Batch } from "./file.ts";
import type { LeftAlone } from "./undo.ts";

/** What an applied batch did, in numbers. */
export function resultStats(batch: Batch): StatModel[] {
  const { summary } = batch;
  const stat = (label: string, value: string, hint: string): StatModel => ({
    label,
    value,
    hint,
    tone: "",
    href: "",
    icon: "",
  });
  const counted = (name: "created" | "updated"): string => {
    const counts = (summary[name] ?? {}) as Record<string, number>;
    return (
      Object.entries(counts)
        .map(([entity, count]) => `${count} ${entity.replaceAll("_", " ")}`)
        .join(", ") || "nothing"
    );
  };
  const total = (name: "created" | "updated"): string =>
    String(Object.values((summary[name] ?? {}) as Record<string, number>).reduce((sum, count) => sum + count, 0));
  const stats = [
    stat(t("Created"), total("created"), counted("created")),
    stat(t("Changed"), total("updated"), counted("updated")),
    stat(
      t("Unchanged"),
      String(summary["unchanged"] ?? 0),
      t("{skipped} skipped", { skipped: String(summary["skipped"] ?? 0) }),
    ),
    stat(t("Not imported"), String(summary["bad"] ?? 0), t("rows with problems")),
  ];
  if (batch.import_status === "undone") stats.push(stat(t("Taken back"), String(summary["undone"] ?? 0), "records"));
  return stats;
}

const pathOf: Record<string, string> = { companies: "/companies/", contacts: "/contacts/" };

/** After an undo: what was left alone, and why. */
export function leftSection(batch: Batch): SectionModel[] {
  const left = (batch.summary["left"] ?? []) as LeftAlone[];
  if (batch.import_status !== "undone" || left.length === 0) return [];
  return [
    {
      id: "left",
      title: t("Left as they are"),
      actions: [],
      table: {
        id: "left-table",
        caption: t("Left as they are"),
        columns: [t("Line"), t("Record"), t("Why")].map((label) => ({
          label,
          sort_url: "",
          direction: "none",
          is_numeric: false,
          is_secondary: false,
        })),
        rows: left.slice(0, 200).map((one) => {
          const path = pathOf[one.entity_type];
          const name = one.entity_type.replaceAll("_", " ");
          return {
            id: one.entity_id,
            href: "",
            is_bold: false,
            cells: [
              cell.number(one.line),
              path === undefined ? cell.text(name) : cell.link(name, `${path}${one.entity_id}`),
              cell.text(one.reason),
            ],
          };
        }),
      },
      empty: empty("check", "", ""),
      more_url: "",
      more_label: "",
    },
  ];
}
