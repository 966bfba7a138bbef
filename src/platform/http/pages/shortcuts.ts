import type { Ctx } from "../../context.ts";
import { t } from "../../language/index.ts";
import type { NavItem } from "../../module.ts";
import { isForActor } from "./panels.ts";

/**
 * The keyboard map: what the page of shortcuts shows, and what the frame makes work. A key for one place only stands at
 * that place (`data-keys` on its element) and here for the map.
 */
export interface Shortcut {
  /** Keys one after the other: "g t". */
  keys: string;
  label: string;
  group: "Everywhere" | "Go to" | "Lists" | "Ticket" | "Forms";
  /** Where it leads; absent for what the page itself does. */
  href?: string;
  /** What one needs for it. */
  permission?: NavItem["permission"];
}

export const shortcuts: readonly Shortcut[] = [
  { keys: "Control+k", label: "Command palette: go to, do, find", group: "Everywhere" },
  { keys: "?", label: "This map", group: "Everywhere", href: "/keyboard" },
  { keys: "/", label: "Search", group: "Everywhere" },
  { keys: "c", label: "New ticket", group: "Everywhere", href: "/tickets/new", permission: "tickets.write" },
  { keys: "n", label: "Log time", group: "Everywhere", href: "/time/new", permission: "time.write" },
  { keys: "z", label: "Undo, while it is offered", group: "Everywhere" },
  { keys: "g h", label: "Dashboard", group: "Go to", href: "/" },
  { keys: "g m", label: "My work", group: "Go to", href: "/my-work", permission: "tickets.read" },
  { keys: "g t", label: "Tickets", group: "Go to", href: "/tickets", permission: "tickets.read" },
  { keys: "g w", label: "Time", group: "Go to", href: "/time", permission: "time.read" },
  { keys: "g c", label: "Companies", group: "Go to", href: "/companies", permission: "companies.read" },
  { keys: "g p", label: "Contacts", group: "Go to", href: "/contacts", permission: "companies.read" },
  { keys: "g a", label: "Contracts", group: "Go to", href: "/contracts", permission: "contracts.read" },
  { keys: "g i", label: "Invoices", group: "Go to", href: "/invoices", permission: "billing.read" },
  { keys: "g s", label: "Settings", group: "Go to", href: "/settings", permission: { panels: "settings" } },
  { keys: "j", label: "Next row", group: "Lists" },
  { keys: "k", label: "Previous row", group: "Lists" },
  { keys: "Enter", label: "Open the row", group: "Lists" },
  { keys: "x", label: "Tick the row; with Shift and a click all in between", group: "Lists" },
  { keys: "e", label: "Change the status of what is ticked", group: "Lists" },
  { keys: "r", label: "Reply", group: "Ticket" },
  { keys: "i", label: "Internal note", group: "Ticket" },
  { keys: "t", label: "Time", group: "Ticket" },
  { keys: "s", label: "Status", group: "Ticket" },
  { keys: "a", label: "Assigned to", group: "Ticket" },
  { keys: "[", label: "Previous ticket", group: "Ticket" },
  { keys: "]", label: "Next ticket", group: "Ticket" },
  { keys: "Control+Enter", label: "Send", group: "Forms" },
  { keys: "Control+s", label: "Save the form", group: "Forms" },
  { keys: "Escape", label: "Close what is open", group: "Forms" },
];

/** Those that this person may use. */
export function ownShortcuts(ctx: Ctx): Shortcut[] {
  return shortcuts.filter(({ permission }) => permission === undefined || isForActor(ctx, { permission }));
}

/** What the frame carries for the browser: keys that lead somewhere. */
export function keymapOf(ctx: Ctx): { keys: string; href: string; label: string }[] {
  return ownShortcuts(ctx).flatMap(({ keys, href, label }) =>
    href === undefined ? [] : [{ keys, href, label: t(label) }],
  );
}
