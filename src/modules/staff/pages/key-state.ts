import { cell } from "../../../platform/http/pages/cells.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import { t } from "../../../platform/language/index.ts";

/** Whether an API key opens anything at present. */
export function keyState(key: { revoked_at: string | null; expires_at: string | null }, now: string): CellModel {
  if (key.revoked_at !== null) return cell.badge(t("Revoked"), "neutral");
  return key.expires_at !== null && key.expires_at <= now
    ? cell.badge(t("Expired"), "neutral")
    : cell.badge(t("Active"), "success");
}
