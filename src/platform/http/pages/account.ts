import { t } from "../../language/index.ts";

/** People's own account pages: where they are behind each door that has one. */
export const accountHomes = { staff: "/account", portal: "/portal/account" } as const;

export type AccountDoor = keyof typeof accountHomes;

/** What stands above a page that lies below one's account page: the way back to it. */
export function accountCrumb(door: AccountDoor): { label: string; href: string } {
  return { label: t("Your account"), href: accountHomes[door] };
}
