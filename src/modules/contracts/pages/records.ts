import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { deleteContract } from "../actions/contracts.ts";
import { deleteItem } from "../actions/items.ts";
import {
  activateContract,
  archiveContract,
  cancelContract,
  renewContract,
  restoreContract,
} from "../actions/lifecycle.ts";
import { contractList } from "../lists.ts";
import { showContract } from "./show.ts";

const permission = "contracts.read";
const at = (incoming: Incoming): string => `/contracts/${incoming.params["id"] ?? ""}`;

/** The list and the page of contracts, and the buttons on it. */
export const recordPages: Route[] = [
  {
    method: "GET",
    path: "/contracts",
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, contractList),
  },
  { method: "GET", path: "/contracts/:id", door: "staff", permission, handle: showContract },
  buttonRoute(
    "/contracts/:id/activate",
    activateContract,
    (incoming) => redirect(at(incoming), t("Contract activated.")),
    at,
  ),
  buttonRoute(
    "/contracts/:id/cancel",
    cancelContract,
    (incoming) => redirect(at(incoming), t("Contract cancelled.")),
    at,
  ),
  buttonRoute(
    "/contracts/:id/renew",
    renewContract,
    (incoming, result) =>
      redirect(at(incoming), t("Renewed until {end_date}.", { end_date: (result as { end_date: string }).end_date })),
    at,
  ),
  buttonRoute(
    "/contracts/:id/archive",
    archiveContract,
    (incoming) => redirect(at(incoming), t("Contract archived.")),
    at,
  ),
  buttonRoute(
    "/contracts/:id/restore",
    restoreContract,
    (incoming) => redirect(at(incoming), t("Contract restored.")),
    at,
  ),
  buttonRoute("/contracts/:id/delete", deleteContract, () => redirect("/contracts", t("Contract deleted.")), at),
  buttonRoute(
    "/contract-items/:id/delete",
    deleteItem,
    (_, result) => redirect(`/contracts/${(result as { contract_id: string }).contract_id}`, t("Item deleted.")),
    (incoming) => `/contract-items/${incoming.params["id"] ?? ""}/edit`,
  ),
];
