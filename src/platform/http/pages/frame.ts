import { assetVersion } from "#generated/assets.ts";
import { can } from "../../access/actor.ts";
import { brandModel } from "../../brand.ts";
import { type Ctx, reading } from "../../context.ts";
import { noId } from "../../ids.ts";
import { t } from "../../language/index.ts";
import { isOn } from "../../switches.ts";
import type { Flash, LayoutModel, LookModel, NavGroup, NavLink } from "../models/layouts.ts";
import { accountHomes } from "./account.ts";
import { isForActor } from "./panels.ts";
import type { Door, Incoming, Route } from "../route.ts";
import { keymapOf } from "./shortcuts.ts";

/** The frame around a page: who is signed in, where one can go, how the reader likes it. */
export async function frameOf(
  ctx: Ctx,
  route: Route,
  incoming: Incoming,
  { title, csrf, flash }: { title: string; csrf: string; flash: Flash | null },
): Promise<Omit<LayoutModel, "content">> {
  const isOperator = ctx.actor.kind === "operator";
  const isSignedIn = ctx.actor.kind === "staff" || ctx.actor.kind === "portal" || isOperator;
  const chrome =
    isSignedIn && !isOperator && route.door !== "open" ? await reading(ctx, (reader) => chromeOf(reader)) : {};
  return {
    title,
    ...placeOf(ctx),
    ...brandModel(ctx.tenant.brand),
    csrf,
    asset_version: assetVersion,
    user: isSignedIn ? { name: ctx.actor.name, initials: initialsOf(ctx.actor.name), email: ctx.actor.email } : null,
    nav:
      route.door === "staff" || (route.door === "open" && ctx.actor.kind === "staff")
        ? navOf(ctx, incoming.url.pathname)
        : isOperator
          ? operatorNav(incoming.url.pathname)
          : portalNav(ctx, route.door, incoming.url.pathname),
    flash,
    search_query: incoming.url.pathname === "/search" ? (incoming.url.searchParams.get("q") ?? "") : "",
    timer: null,
    show_search: route.door === "staff",
    sign_out_url: route.door === "portal" ? "/portal/sign-out" : "/sign-out",
    user_menu: isOperator ? operatorMenu() : userMenu(route.door),
    create: route.door === "staff" ? createOf(ctx) : [],
    ...(route.door === "staff" ? { keymap: keymapOf(ctx) } : {}),
    ...lookOf(ctx),
    ...chrome,
  };
}

/** Whose pages these are. Those of the operators say so everywhere, so that nobody takes them for an organization's. */
function placeOf({ tenant }: Ctx): Pick<LayoutModel, "organization" | "place"> {
  if (tenant.id !== noId) return { organization: tenant.name };
  const place = t("Operators' console");
  return { organization: place, place };
}

/** What the menu under one's own initials offers. */
function userMenu(door: Door): LayoutModel["user_menu"] {
  const own = accountHomes[door === "portal" ? "portal" : "staff"];
  return [
    { label: t("Your account"), href: own, icon: "user" },
    { label: t("Appearance"), href: `${own}/appearance`, icon: "eye" },
    door === "portal"
      ? { label: t("Mails I get"), href: `${own}/mails`, icon: "mail" }
      : { label: t("Keyboard shortcuts"), href: "/keyboard", icon: "keyboard" },
  ];
}

/** Operators' pages follow the look of the system and have no keyboard map. */
const operatorMenu = (): LayoutModel["user_menu"] => [{ label: t("Your account"), href: "/account", icon: "user" }];

/** The look that the reader has chosen, for the root element: the page comes in it, so nothing flashes. */
function lookOf({ actor: { likes } }: Ctx): LookModel {
  if (likes === undefined) return {};
  return {
    ...(likes.theme === "system" ? {} : { theme: `purser-${likes.theme}` as const }),
    ...(likes.density === "compact" ? { density: "compact" as const } : {}),
    ...(likes.is_shortcuts_on ? {} : { no_shortcuts: true }),
  };
}

async function chromeOf(ctx: Ctx): Promise<Partial<LayoutModel>> {
  const parts = await Promise.all(
    ctx.app.registry.modules
      .filter((module) => module.chrome !== undefined && isOn(ctx.app, ctx.tenant, module))
      .map((module) => module.chrome?.(ctx)),
  );
  return Object.assign({}, ...parts) as Partial<LayoutModel>;
}

function navOf(ctx: Ctx, path: string): NavGroup[] {
  const groups: NavGroup[] = [];
  for (const item of ctx.app.registry.nav) {
    if (!isOn(ctx.app, ctx.tenant, item) || !isForActor(ctx, item)) continue;
    let group = groups.find((known) => known.label === t(item.group));
    if (group === undefined) groups.push((group = { label: t(item.group), items: [] }));
    const isCurrent = item.href === "/" ? path === "/" : path === item.href || path.startsWith(`${item.href}/`);
    group.items.push({ label: t(item.label), href: item.href, icon: item.icon, is_current: isCurrent });
  }
  return groups;
}

function createOf(ctx: Ctx): NavLink[] {
  return ctx.app.registry.create
    .filter((item) => isOn(ctx.app, ctx.tenant, item) && can(ctx.actor, item.permission))
    .map(({ label, href, icon }) => ({ label: t(label), href, icon }));
}

const portalPages = [
  { label: "Home", href: "/portal", icon: "home", permission: null },
  { label: "Requests", href: "/portal/tickets", icon: "ticket", permission: null },
  { label: "Invoices", href: "/portal/invoices", icon: "invoice", permission: "portal.invoices" },
  { label: "People", href: "/portal/contacts", icon: "users", permission: "portal.contacts.manage" },
] as const;

const operatorPages = [
  { label: "Organizations", href: "/tenants", icon: "building" },
  { label: "Usage", href: "/usage", icon: "chart" },
  { label: "Tasks", href: "/tasks", icon: "refresh" },
  { label: "Operators", href: "/operators", icon: "users" },
  { label: "Log", href: "/log", icon: "history" },
  { label: "API", href: "/api", icon: "book" },
];

/** The navigation of the operators' host. */
function operatorNav(path: string): NavGroup[] {
  return [
    {
      label: "",
      items: operatorPages.map((item) => ({
        ...item,
        label: t(item.label),
        is_current: path === item.href || path.startsWith(`${item.href}/`),
      })),
    },
  ];
}

function portalNav(ctx: Ctx, door: Door, path: string): NavGroup[] {
  if (door !== "portal") return [];
  return [
    {
      label: "",
      items: portalPages
        .filter(({ permission }) => permission === null || can(ctx.actor, permission))
        .map(({ label, href, icon }) => ({
          label: t(label),
          href,
          icon,
          is_current: href === "/portal" ? path === "/portal" : path.startsWith(href),
        })),
    },
  ];
}

/** First letters of the first and the last of somebody's names; what stands in parentheses is none of them. */
export function initialsOf(name: string): string {
  const parts = name
    .replace(/\(.*\)/, "")
    .trim()
    .split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => (part ?? "").charAt(0).toUpperCase()).join("");
}
