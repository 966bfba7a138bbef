import { t } from "../../language/index.ts";
import { words } from "./cells.ts";

/** What an entry's actor did, in a word. A sign-in that failed is said so. */
export function verbOf({ action, new_values }: { action: string; new_values: Record<string, unknown> | null }): string {
  switch (action) {
    case "create":
      return t("Created");
    case "update":
      return t("Changed");
    case "delete":
      return t("Deleted");
    case "view":
      return t("Viewed");
    case "login":
      return new_values?.["outcome"] === "failed" ? t("Failed to sign in") : t("Signed in");
    case "logout":
      return t("Signed out");
    case "export":
      return t("Exported");
    default:
      return words(action);
  }
}
