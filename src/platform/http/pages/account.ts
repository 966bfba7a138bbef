import { t } from "../../language/index.ts";
import type { Panel } from "../../module.ts";

/** People's own account pages: where they are behind each door that has one. */
export const accountHomes = { staff: "/account", portal: "/portal/account" } as const;

export type AccountDoor = keyof typeof accountHomes;

/** What stands above a page that lies below one's account page: the way back to it. */
export function accountCrumb(door: AccountDoor): { label: string; href: string } {
  return { label: t("Your account"), href: accountHomes[door] };
}

/** A card on people's own account pages that leads to what they set for themselves; its words are translated when it is shown. */
export function accountCard(
  door: AccountDoor,
  order: number,
  card: { title: string; text: string; href: string; icon: string },
  permission: string | null = null,
): Panel {
  return {
    page: door === "staff" ? "account" : "portal_account",
    order,
    permission,
    load: async () => ({ kind: "card", group: "", ...card }),
  };
}
