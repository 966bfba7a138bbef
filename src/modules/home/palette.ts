import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import { isForActor, ofKind, panelsOf } from "../../platform/http/pages/panels.ts";
import { fragment, type Route } from "../../platform/http/route.ts";
import { savedViewsByList } from "../../platform/http/lists/views.ts";
import { t } from "../../platform/language/index.ts";
import type { PaletteEntry } from "../../platform/palette.ts";
import { isOn } from "../../platform/switches.ts";
import { fold } from "../../platform/text.ts";
import { searchModel } from "./search.ts";

/** `palette/_results`: what the command palette drops down. */
export interface PaletteModel {
  query: string;
  groups: { label: string; entries: (PaletteEntry & { id: string })[] }[];
  search_url: string;
}

const mostOfGroup = 8;

/** Pages, views and settings that one may open. */
async function places(ctx: Ctx): Promise<PaletteEntry[]> {
  const { registry } = ctx.app;
  const entries: PaletteEntry[] = [];
  for (const item of registry.nav) {
    const isAllowed = isForActor(ctx, item);
    if (isAllowed && isOn(ctx.app, ctx.tenant, item))
      entries.push({ group: "go", label: t(item.label), icon: item.icon, href: item.href });
  }
  const saved = await savedViewsByList(ctx);
  for (const { permission, list } of registry.lists.values()) {
    if (!can(ctx.actor, permission)) continue;
    const own = (list.views ?? []).filter((view) => view.permission === undefined || can(ctx.actor, view.permission));
    for (const view of own)
      entries.push({
        group: "go",
        label: t(view.label),
        detail: t(list.title),
        icon: "layers",
        href: view.href ?? `${list.url}?view=${view.key}`,
      });
    for (const view of saved.get(list.url) ?? [])
      entries.push({
        group: "go",
        label: view.label,
        detail: t(list.title),
        icon: "layers",
        href: `${list.url}?view=${view.key}`,
      });
  }
  for (const card of ofKind(await panelsOf(ctx, "settings", { id: "" }), "card"))
    entries.push({ group: "go", label: t(card.title), detail: t("Settings"), icon: card.icon, href: card.href });
  entries.push(
    { group: "go", label: t("Appearance"), detail: t("Your account"), icon: "eye", href: "/account/appearance" },
    { group: "go", label: t("Keyboard shortcuts"), icon: "keyboard", href: "/keyboard" },
  );
  return entries;
}

/** Everything that can be done from here: what is new, and what the modules offer for this page. */
async function commands(ctx: Ctx, text: string, path: string): Promise<PaletteEntry[]> {
  const made = ctx.app.registry.create
    .filter((item) => isOn(ctx.app, ctx.tenant, item) && can(ctx.actor, item.permission))
    .map(({ label, icon, href }): PaletteEntry => ({
      group: "do",
      label: t("New: {what}", { what: t(label) }),
      icon,
      href,
    }));
  const offered: PaletteEntry[] = [];
  for (const module of ctx.app.registry.modules) offered.push(...((await module.palette?.(ctx, { text, path })) ?? []));
  return [...offered, ...made];
}

/** All words of what was typed begin a word of the entry. */
function matches({ label, detail = "" }: PaletteEntry, words: readonly string[]): boolean {
  const own = fold(`${label} ${detail}`).split(/[^\p{L}\p{N}]+/u);
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

interface Named {
  text: string;
  words: string[];
  isOnlyDo: boolean;
  /** Asks for a thing by its number or sign, which is an answer and nothing else. */
  isPlain: boolean;
  groups: { label: string; entries: PaletteEntry[] }[];
}

/** What is called as the query says: answers, commands, places. Records are not looked for. */
export async function paletteNamed(ctx: Ctx, query: string, path: string): Promise<Named> {
  const isOnlyDo = query.startsWith(">");
  const text = (isOnlyDo ? query.slice(1) : query).trim();
  const words = fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const all = [...(await commands(ctx, text, path)), ...(isOnlyDo ? [] : await places(ctx))];
  const answers = all.filter((entry) => entry.is_answer === true);
  const found = all.filter((entry) => entry.is_answer !== true && (words.length === 0 || matches(entry, words)));
  const isPlain = /^[#$]/.test(text);
  const groups = [
    { label: t("Answer"), entries: answers },
    { label: t("Do"), entries: isPlain ? [] : found.filter(({ group }) => group === "do") },
    { label: t("Go to"), entries: isPlain ? [] : found.filter(({ group }) => group === "go") },
  ];
  return {
    text,
    words,
    isOnlyDo,
    isPlain,
    groups: groups.map(({ label, entries }) => ({ label, entries: entries.slice(0, mostOfGroup) })),
  };
}

/**
 * Go to, do, find. `>` at the beginning asks for what can be done only; `#1042` is a ticket by its number, `$mine` one's
 * own work: those are answered by the modules.
 */
async function paletteModel(ctx: Ctx, query: string, path: string): Promise<PaletteModel> {
  const { text, words, isOnlyDo, isPlain, groups } = await paletteNamed(ctx, query, path);
  if (!isOnlyDo && words.length > 0 && !isPlain) {
    const hits = await searchModel(ctx, text, 5);
    for (const group of hits.groups)
      groups.push({
        label: group.label,
        entries: group.hits.map(({ title, detail, icon, href }) => ({
          group: "find",
          label: title,
          detail,
          icon,
          href,
        })),
      });
  }
  return {
    query: text,
    groups: groups
      .filter(({ entries }) => entries.length > 0)
      .map(({ label, entries }, at) => ({
        label,
        entries: entries.slice(0, mostOfGroup).map((entry, index) => ({ ...entry, id: `command-${at}-${index}` })),
      })),
    search_url: isOnlyDo || text === "" ? "" : `/search?q=${encodeURIComponent(text)}`,
  };
}

export const paletteRoutes: Route[] = [
  {
    method: "GET",
    path: "/palette",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const { searchParams } = incoming.url;
      const query = (searchParams.get("q") ?? "").slice(0, 200);
      return fragment("palette/_results", await paletteModel(ctx, query.trim(), searchParams.get("path") ?? ""));
    },
  },
];
