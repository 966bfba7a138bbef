import { buttonRoute } from "../../../platform/http/form-page.ts";
import { listAnswer } from "../../../platform/http/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import { deleteContract } from "../actions/contracts.ts";
import { deleteItem } from "../actions/items.ts";
import {
  activateContract,
  archiveContract,
  cancelContract,
  renewContract,
  restoreContract,
} from "../actions/lifecycle.ts";
import { contractsFor } from "../lists.ts";
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
    handle: (ctx, incoming) => listAnswer(ctx, incoming, contractsFor(incoming.url)),
  },
  { method: "GET", path: "/contracts/:id", door: "staff", permission, handle: showContract },
  buttonRoute(
    "/contracts/:id/activate",
    activateContract,
    (incoming) => redirect(at(incoming), "Contract activated."),
    at,
  ),
  buttonRoute("/contracts/:id/cancel", cancelContract, (incoming) => redirect(at(incoming), "Contract cancelled."), at),
  buttonRoute(
    "/contracts/:id/renew",
    renewContract,
    (incoming, result) => redirect(at(incoming), `Renewed until ${(result as { end_date: string }).end_date}.`),
    at,
  ),
  buttonRoute(
    "/contracts/:id/archive",
    archiveContract,
    (incoming) => redirect(at(incoming), "Contract archived."),
    at,
  ),
  buttonRoute(
    "/contracts/:id/restore",
    restoreContract,
    (incoming) => redirect(at(incoming), "Contract restored."),
    at,
  ),
  buttonRoute("/contracts/:id/delete", deleteContract, () => redirect("/contracts", "Contract deleted."), at),
  buttonRoute(
    "/contract-items/:id/delete",
    deleteItem,
    (_, result) => redirect(`/contracts/${(result as { contract_id: string }).contract_id}`, "Item deleted."),
    (incoming) => `/contract-items/${incoming.params["id"] ?? ""}/edit`,
  ),
];
