import { words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import type { InvoiceStatus } from "./rules/states.ts";

/** What an invoice's status is called wherever it stands alone: what waits to be sent has been approved. */
export const stateLabel = (status: InvoiceStatus): string => (status === "pending" ? t("Approved") : words(status));
