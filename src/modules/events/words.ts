import { words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";

/** `billing.invoice_paid` as "Billing: Invoice paid". */
export function eventName(name: string): string {
  return `${eventGroup(name.split(".")[0] ?? "")}: ${eventWords(name)}`;
}

/** The module that tells an event, as a heading. */
export function eventGroup(module: string): string {
  return module === "oauth" ? t("Connected apps") : words(module);
}

/** What an event says has happened, without its module. */
export function eventWords(name: string): string {
  return words(name.split(".")[1] ?? "");
}

export const deliveryStates = ["done", "waiting", "retrying", "dead", "dropped"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

interface Delivery {
  succeeded_at: string | null;
  dead_at: string | null;
  dropped_at: string | null;
  attempts: number;
}

/** How a delivery stands. */
export function deliveryState({ succeeded_at, dead_at, dropped_at, attempts }: Delivery): DeliveryState {
  if (succeeded_at !== null) return "done";
  if (dropped_at !== null) return "dropped";
  if (dead_at !== null) return "dead";
  return attempts === 0 ? "waiting" : "retrying";
}

export const stateTones: Record<DeliveryState, string> = {
  done: "success",
  waiting: "info",
  retrying: "warning",
  dead: "error",
  dropped: "neutral",
};

export function stateWords(state: DeliveryState): string {
  const shown: Record<DeliveryState, string> = {
    done: t("Done"),
    waiting: t("Waiting"),
    retrying: t("Trying again"),
    dead: t("Given up"),
    dropped: t("Dropped"),
  };
  return shown[state];
}
