import { shownHours } from "../../decimal.ts";
import { formatMoney, fromMinor } from "../../money.ts";
import type { Ctx, Tenant } from "../../context.ts";
import { dateText, numberFormat } from "../../language/formats.ts";
import { currentLocale, t } from "../../language/index.ts";
import { webAddress } from "../../web-address.ts";
import type { CellModel } from "../models/lists.ts";
import type { ActionLink, BadgeModel, EmptyModel, FactsModel, WhenModel } from "../models/partials.ts";

/** Cells: values of rows as a table or a list of facts shows them. */

const blank: CellModel = { kind: "text", text: "", href: "", tone: "", hint: "", datetime: "" };
const nothing: CellModel = { ...blank, kind: "muted", text: "–" };

export const cell = {
  text: (text: string | null | undefined): CellModel => (text == null || text === "" ? nothing : { ...blank, text }),
  muted: (text: string | null | undefined): CellModel =>
    text == null || text === "" ? nothing : { ...blank, kind: "muted", text },
  link: (text: string | null | undefined, href: string): CellModel =>
    text == null || text === "" ? nothing : { ...blank, kind: "link", text, href },
  strong: (text: string, href: string): CellModel => ({ ...blank, kind: "strong_link", text, href }),
  badge: (text: string | null | undefined, tone: string): CellModel =>
    text == null || text === "" ? nothing : { ...blank, kind: "badge", text, tone },
  mail: (address: string | null | undefined): CellModel =>
    address == null || address === "" ? nothing : { ...blank, kind: "mail", text: address, href: `mailto:${address}` },
  tel: (phone: string | null | undefined): CellModel =>
    phone == null || phone === ""
      ? nothing
      : { ...blank, kind: "tel", text: phone, href: `tel:${phone.replace(/[^\d+]/g, "")}` },
  /** A web address, shown without what says nothing. What is none becomes no link, whoever wrote it. */
  web: (address: string | null | undefined): CellModel =>
    address == null || address === ""
      ? nothing
      : {
          ...blank,
          kind: "link",
          text: address.replace(/^https?:\/\//i, "").replace(/\/$/, ""),
          href: webAddress(address) ?? "",
        },
  money: (minor: number | null | undefined, currency: string, tenant: Tenant): CellModel =>
    minor == null
      ? nothing
      : {
          ...blank,
          kind: "money",
          text: formatMoney(minor, currency, tenant.locale),
          value: fromMinor(minor, currency),
        },
  number: (value: number | string | null | undefined): CellModel =>
    value == null || value === "" ? nothing : { ...blank, kind: "number", text: String(value) },
  /** A duration; in a file it is decimal hours, so that a spreadsheet can add them up. */
  duration: (minutes: number | null | undefined): CellModel =>
    minutes == null ? nothing : { ...blank, kind: "number", text: formatMinutes(minutes), value: shownHours(minutes) },
  date: (date: string | null | undefined, tenant: Tenant): CellModel =>
    date == null ? nothing : { ...blank, kind: "date", text: formatDate(date, tenant), datetime: date },
  instant: (instant: string | null | undefined, tenant: Tenant, now: string): CellModel =>
    instant == null
      ? nothing
      : {
          ...blank,
          kind: "datetime",
          text: formatAgo(instant, tenant, now),
          hint: formatInstant(instant, tenant),
          datetime: instant,
        },
  check: (value: boolean): CellModel => ({ ...blank, kind: "check", text: value ? t("Yes") : "" }),
  person: (name: string | null | undefined): CellModel =>
    name == null || name === "" ? nothing : { ...blank, kind: "person", text: name },
  /** Tags as chips; each leads to what else has it. */
  tags: (chips: readonly BadgeModel[]): CellModel =>
    chips.length === 0
      ? nothing
      : { ...blank, kind: "tags", text: chips.map(({ text }) => text).join(", "), tags: [...chips] },
  nothing,
  /** Not even a dash: a column that has no sum. */
  blank,
} as const;

/** A calendar date in the organization's locale: "Nov 21, 2026". */
export function formatDate(date: string, tenant: Tenant): string {
  return dateText("date", tenant.locale, "UTC", `${date}T00:00:00Z`);
}

/** An instant in the reader's time zone: "Nov 21, 2026, 7:54 AM". */
export function formatInstant(instant: string, tenant: Tenant): string {
  return dateText("instant", tenant.locale, tenant.zone, instant);
}

/** How long ago an instant was, or how long it is till then, while that is easier to read than a date: "3 h ago". */
export function formatAgo(instant: string, tenant: Tenant, now: string): string {
  const seconds = Math.round((new Date(now).getTime() - new Date(instant).getTime()) / 1000);
  if (Math.abs(seconds) >= 7 * 86_400) return dateText("date", tenant.locale, tenant.zone, instant);
  if (seconds < 0) return formatUntil(-seconds);
  if (seconds < 60) return t("just now");
  if (seconds < 3600) return t("{count} min ago", { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("{count} h ago", { count: Math.floor(seconds / 3600) });
  return t("{count} d ago", { count: Math.floor(seconds / 86_400) });
}

/** When something was, for people and for paper (`WhenModel`); `said` is the sentence that it stands in. */
export function whenOf(
  { tenant, app }: Pick<Ctx, "tenant" | "app">,
  instant: string,
  said: (when: (instant: string) => string) => string = (when) => when(instant),
): WhenModel {
  const now = app.clock.now();
  return {
    text: said((one) => formatAgo(one, tenant, now)),
    hint: said((one) => formatInstant(one, tenant)),
    at: instant,
  };
}

/** How long it is until something happens; what is to be waited for is not told too short. */
function formatUntil(seconds: number): string {
  if (seconds < 60) return t("in a moment");
  if (seconds < 3600) return t("in {count} min", { count: Math.ceil(seconds / 60) });
  if (seconds < 86_400) return t("in {count} h", { count: Math.ceil(seconds / 3600) });
  return t("in {count} d", { count: Math.ceil(seconds / 86_400) });
}

/** An exact decimal in the reader's way, with the places that it has: `"2.50"` → "2,50". */
export function formatDecimal(value: string): string {
  const places = value.split(".")[1]?.length ?? 0;
  const format = numberFormat(currentLocale() ?? "en", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return format.format(value as Intl.StringNumericLiteral);
}

/**
 * Minutes as people read them, in sentences, figures and tables alike: "1 h 30 min". There are two other forms, each for a reason:
 * hours with two decimals (`shownHours`) on invoices and what proves them, where they are multiplied with a price, and in files, where
 * they are added up; and `1:30` (`typedDuration` of the module `time`) in fields, where it is typed over.
 */
export function formatMinutes(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const text = [
    hours > 0 ? t("{hours} h", { hours }) : "",
    rest > 0 || hours === 0 ? t("{minutes} min", { minutes: rest }) : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
  return minutes < 0 ? `−${text}` : text;
}

/** A size of a file in words. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${numberFormat(currentLocale() ?? "en", { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / 1_000_000)} MB`;
}

const acronyms = new Set(["ach", "api", "rmm", "sla"]);

/** An enumeration's value in words: `due_on_receipt` as "Due on receipt", `rmm` as "RMM". */
export function words(value: string): string {
  const text = value
    .split("_")
    .map((word) => (acronyms.has(word) ? word.toUpperCase() : word))
    .join(" ");
  return t(text.charAt(0).toUpperCase() + text.slice(1));
}

/** A link that looks like a button. */
export function link(label: string, href: string, icon = "", look: ActionLink["look"] = "ghost"): ActionLink {
  return { label, href, icon, look, is_post: false, confirm: "" };
}

/** A button that changes something. */
export function button(
  label: string,
  href: string,
  icon = "",
  look: ActionLink["look"] = "ghost",
  confirm = "",
): ActionLink {
  return { label, href, icon, look, is_post: true, confirm };
}

/** Buttons as on every page: the one that most come for stands last, at the edge. */
export function primaryLast<A extends ActionLink>(actions: readonly A[]): A[] {
  return actions.toSorted((one, other) => Number(one.look === "primary") - Number(other.look === "primary"));
}

/** What stands where a list or table has nothing to show: what that means, and what to do next. */
export function empty(icon: string, title: string, text: string, action: ActionLink | null = null): EmptyModel {
  return { icon, title, text, action };
}

/** Facts, the empty ones left out. */
export function facts(
  title: string,
  entries: readonly (readonly [string, CellModel])[],
  actions: ActionLink[] = [],
): FactsModel {
  return {
    title,
    facts: entries.filter(([, value]) => value !== nothing).map(([label, value]) => ({ label, cell: value })),
    actions,
  };
}
