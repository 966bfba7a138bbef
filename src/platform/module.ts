import type { ReachReason, ReachRule } from "./access/reach.ts";
import type { AnyAction } from "./action.ts";
import type { App, Ctx, Tenant } from "./context.ts";
import type { Table } from "./database/columns.ts";
import type { Db } from "./database/tables.ts";
import type { SearchFacet } from "./database/search.ts";
import type { Notice } from "./events/notice.ts";
import type { AnyEventType, Subscription } from "./events/event-type.ts";
import type { List } from "./http/lists/list.ts";
import type { Incoming, Route } from "./http/route.ts";
import type { Entered } from "./http/entry.ts";
import type { Job } from "./jobs/jobs.ts";
import type { ReferenceSet } from "./reference.ts";
import type { PaletteSource } from "./palette.ts";
import type { Resource } from "./resource.ts";
import type { TimelineSource } from "./timeline.ts";
import type { Transfer } from "./transfer/facet.ts";
import type { LayoutModel } from "./http/models/layouts.ts";
import type {
  ActionLink,
  AlertModel,
  FactsModel,
  JournalModel,
  SectionModel,
  StatModel,
} from "./http/models/partials.ts";

/** The standard roles that a new organization starts with (PRD 3.1.2); what they may do is data from then on. */
export type StandardRole = StaffRole | PortalRole;
export type StaffRole = "administrator" | "manager" | "technician" | "dispatcher" | "sales" | "finance";
export type PortalRole = "client_admin" | "client_user";

/** A module's public face: everything the program is made of can be read off these. */
export interface Module {
  readonly name: string;
  /** Says that an organization may do without it: what it is called, what goes with it, and which modules it cannot be without. */
  readonly optional?: { readonly title: string; readonly text: string; readonly needs?: readonly string[] };
  readonly tables?: readonly Table[];
  /** Permissions the module brings: name → what it allows, in words. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** Those of the permissions that a role can have for one's teams' or one's own records only. */
  readonly scoped?: readonly string[];
  /** Permissions that clients' people can have in the portal, kept apart from the staff's: name → what it allows. */
  readonly portalPermissions?: Readonly<Record<string, string>>;
  /** Which standard roles start with which of them; administrators get all that staff can have. */
  readonly grants?: Partial<Record<Exclude<StandardRole, "administrator">, readonly string[]>>;
  readonly actions?: readonly AnyAction[];
  readonly resources?: readonly Resource[];
  readonly routes?: readonly Route[];
  /** How its records are imported and exported. */
  readonly transfers?: readonly Transfer[];
  /** Its list pages: those can be looked at in views, with columns of one's choice. */
  readonly lists?: readonly ListPage[];
  /** Routes and resources of the operators' host, which no organization's host answers. */
  readonly operatorRoutes?: readonly Route[];
  readonly operatorResources?: readonly Resource[];
  /** How one comes in there. */
  readonly operatorEntry?: (app: App, incoming: Incoming, route: Route) => Promise<Entered>;
  readonly nav?: readonly NavItem[];
  /** What the frame's "New" menu offers. */
  readonly create?: readonly CreateItem[];
  /** The events that the module tells. */
  readonly emits?: readonly AnyEventType[];
  /** What it does when something happened, here or in another module. */
  readonly events?: readonly Subscription[];
  /** Whom events are told to, in the app. */
  readonly notices?: readonly Notice[];
  /** Sends what the module has queued, outside of units of work, in a loop beside the others. */
  readonly sender?: Sender;
  /** Throws away what it keeps sealed with an organization's key and cannot seal anew, before that key goes. */
  readonly dropSealed?: (app: App, tenantId: string) => Promise<void>;
  readonly jobs?: readonly Job[];
  /** When something of the module is next due for an organization, beside events, mails and jobs. */
  nextDue?(db: Db): Promise<string | null>;
  /** Work on the whole installation, by every node. */
  readonly rounds?: readonly Round[];
  readonly search?: readonly SearchFacet[];
  /** Narrower reach for tables of the module, by table name. */
  readonly reach?: Readonly<Record<string, ReachRule>>;
  /** Where reach is narrower: why somebody sees a row or does not, by table name. */
  readonly reachReasons?: Readonly<Record<string, ReachReason>>;
  readonly panels?: readonly Panel[];
  readonly reference?: readonly ReferenceSet[];
  /** What the module knows of the history of a company or a contact. */
  readonly timeline?: readonly TimelineSource[];
  /** What the module shows in the frame around every page: the running timer. */
  chrome?(ctx: Ctx): Promise<Partial<LayoutModel>>;
  /** What it offers in the command palette, for the words typed and the page that is open. */
  readonly palette?: PaletteSource;
}

/** What talks to the world beside mail: webhooks. */
export interface Sender {
  name: string;
  /**
   * Sends some of what is due of one tenant, until `isStopping` turns true: then it begins nothing more. Returns how many
   * were tried; it is called again until that is none. What it claims has to come free again by itself when the program dies.
   */
  sendDue(app: App, tenant: Tenant, isStopping: () => boolean): Promise<number>;
  /** Sets free what an earlier run was sending when it died; called where the program has its data for itself. */
  release?(app: App, tenantId: string): Promise<void>;
}

/** A list page of a module, and what one needs to open it. */
export interface ListPage {
  permission: string;
  list: List<unknown>;
}

/** Something every node does for the whole installation, from time to time and once more when it stops. */
export interface Round {
  name: string;
  seconds: number;
  /** `isStopping` turns true while it runs, when the program wants to end: long work stops at the next good place. */
  run(app: App, isStopping: () => boolean): Promise<void>;
  isRunAtStop?: boolean;
}

/** An entry of the main navigation. */
export interface NavItem {
  label: string;
  href: string;
  icon: string;
  group: "Desk" | "Clients" | "Money" | "System";
  order: number;
  /** What one needs to see it; null: everybody of the staff; a page's panels: whoever has at least one of them. */
  permission: string | { panels: Panel["page"] } | null;
}

/** An entry of the "New" menu. */
export interface CreateItem {
  label: string;
  href: string;
  icon: string;
  order: number;
  permission: string;
}

/** What a module adds to another module's page, so that the page need not know it. */
export interface Panel {
  /** Which page: "company", "contact", "ticket", "dashboard", "portal". */
  page: "company" | "contact" | "ticket" | "dashboard" | "portal" | "settings";
  order: number;
  permission: string | null;
  load(ctx: Ctx, subject: { id: string }): Promise<PanelModel | PanelModel[] | null>;
}

export type PanelModel =
  | ({ kind: "section" } & SectionModel)
  | ({ kind: "stat" } & StatModel)
  | ({ kind: "facts" } & FactsModel)
  /** A step of the dashboard's checklist: what to do next. */
  | { kind: "step"; title: string; text: string; href: string; is_done: boolean }
  /** A card of the settings page. */
  | {
      kind: "card";
      group: string;
      title: string;
      text: string;
      href: string;
      icon: string;
      /** What stands on the page behind it, in words that somebody may look for: its fields. */
      words?: readonly string[];
    }
  /** Something that has to be known before anything is done: a client's warning. */
  | ({ kind: "alert" } & AlertModel)
  /** What happened with a client, and where a call is written down. */
  | ({ kind: "journal" } & JournalModel)
  /** Something the page's "New" menu offers. */
  | ({ kind: "action" } & ActionLink);

export function defineModule(module: Module): Module {
  return module;
}

/** What all modules bring, ready to be looked up. */
export interface Registry {
  readonly modules: readonly Module[];
  readonly actions: ReadonlyMap<string, AnyAction>;
  readonly permissions: ReadonlyMap<string, string>;
  readonly portalPermissions: ReadonlyMap<string, string>;
  /** Permissions that a role can have for one's teams' or one's own records only. */
  readonly scoped: ReadonlySet<string>;
  readonly grants: Readonly<Record<StandardRole, ReadonlySet<string>>>;
  /** Every event that is told, by name. */
  readonly events: ReadonlyMap<string, AnyEventType>;
  readonly subscriptions: ReadonlyMap<string, readonly Subscription[]>;
  readonly search: ReadonlyMap<string, SearchFacet>;
  readonly reach: ReadonlyMap<string, ReachRule>;
  readonly reachReasons: ReadonlyMap<string, ReachReason>;
  readonly routes: readonly Route[];
  readonly operatorRoutes: readonly Route[];
  readonly operatorResources: readonly Resource[];
  readonly operatorEntry: Module["operatorEntry"] | null;
  readonly resources: ReadonlyMap<string, Resource>;
  /** How records come in and go out as files, by the type of their resource; what is referred to first. */
  readonly transfers: ReadonlyMap<string, Transfer>;
  /** List pages by their address: "/tickets". */
  readonly lists: ReadonlyMap<string, ListPage>;
  readonly nav: readonly NavItem[];
  readonly create: readonly CreateItem[];
  /** Whom an event is told to, by the event. */
  readonly notices: ReadonlyMap<string, Notice>;
  /** Tables whose changes can be followed. */
  readonly liveTables: ReadonlySet<string>;
  readonly senders: readonly Sender[];
  readonly dropSealed: readonly ((app: App, tenantId: string) => Promise<void>)[];
  readonly jobs: readonly Job[];
  readonly rounds: readonly Round[];
  readonly panels: readonly Panel[];
  readonly reference: readonly ReferenceSet[];
  /** Which module each declared part belongs to. */
  readonly owners: ReadonlyMap<object, string>;
  /** Which module brings each permission. */
  readonly permissionOwners: ReadonlyMap<string, string>;
  readonly timeline: readonly TimelineSource[];
}

/** Puts the modules together; anything declared twice stops the start with its name. */
export function buildRegistry(modules: readonly Module[]): Registry {
  const permissions = unique(modules.flatMap((module) => Object.entries(module.permissions ?? {})));
  const portalPermissions = unique(modules.flatMap((module) => Object.entries(module.portalPermissions ?? {})));
  const events = unique(modules.flatMap((module) => module.emits ?? []).map((type) => [type.name, type]));
  const granted = (role: Exclude<StandardRole, "administrator">): ReadonlySet<string> => {
    const names = modules.flatMap((module) => module.grants?.[role] ?? []);
    const known = role === "client_admin" || role === "client_user" ? portalPermissions : permissions;
    for (const name of names)
      if (!known.has(name)) throw new Error(`${role} is granted ${name}, which does not exist for it`);
    return new Set(names);
  };
  return {
    modules,
    permissions,
    portalPermissions,
    scoped: new Set(modules.flatMap((module) => module.scoped ?? [])),
    actions: unique(modules.flatMap((module) => module.actions ?? []).map((action) => [action.name, action])),
    grants: {
      administrator: new Set(permissions.keys()),
      manager: granted("manager"),
      technician: granted("technician"),
      dispatcher: granted("dispatcher"),
      sales: granted("sales"),
      finance: granted("finance"),
      client_admin: granted("client_admin"),
      client_user: granted("client_user"),
    },
    events,
    subscriptions: subscriptionsOf(modules, events),
    search: unique(modules.flatMap((module) => module.search ?? []).map((facet) => [facet.table, facet])),
    reach: unique(modules.flatMap((module) => Object.entries(module.reach ?? {}))),
    reachReasons: unique(modules.flatMap((module) => Object.entries(module.reachReasons ?? {}))),
    routes: modules.flatMap((module) => module.routes ?? []),
    operatorRoutes: modules.flatMap((module) => module.operatorRoutes ?? []),
    operatorResources: modules.flatMap((module) => module.operatorResources ?? []),
    operatorEntry: modules.find((module) => module.operatorEntry !== undefined)?.operatorEntry ?? null,
    resources: unique(modules.flatMap((module) => module.resources ?? []).map((resource) => [resource.path, resource])),
    transfers: unique(
      modules
        .flatMap((module) => module.transfers ?? [])
        .toSorted((a, b) => a.order - b.order)
        .map((one) => [one.resource.type, one]),
    ),
    lists: unique(modules.flatMap((module) => module.lists ?? []).map((page) => [page.list.url, page])),
    nav: modules.flatMap((module) => module.nav ?? []).toSorted((a, b) => a.order - b.order),
    create: modules.flatMap((module) => module.create ?? []).toSorted((a, b) => a.order - b.order),
    notices: noticesOf(modules, events),
    liveTables: new Set([...events.values()].flatMap((type) => Object.keys(type.live))),
    senders: modules.flatMap((module) => module.sender ?? []),
    dropSealed: modules.flatMap((module) => module.dropSealed ?? []),
    jobs: modules.flatMap((module) => module.jobs ?? []),
    rounds: modules.flatMap((module) => module.rounds ?? []),
    panels: modules.flatMap((module) => module.panels ?? []).toSorted((a, b) => a.order - b.order),
    reference: modules.flatMap((module) => module.reference ?? []),
    owners: new Map(modules.flatMap((module) => partsOf(module).map((part) => [part, module.name] as const))),
    permissionOwners: new Map(
      modules.flatMap((module) =>
        Object.keys({ ...module.permissions, ...module.portalPermissions }).map((name) => [name, module.name] as const),
      ),
    ),
    timeline: modules.flatMap((module) => module.timeline ?? []),
  };
}

/** Notices by event; one of an event that nobody tells stops the start. */
function noticesOf(modules: readonly Module[], events: ReadonlyMap<string, AnyEventType>): Map<string, Notice> {
  const notices = modules.flatMap((module) => module.notices ?? []);
  for (const { event } of notices)
    if (events.get(event)?.isPublic !== true) throw new Error(`a notice is of ${event}, which nobody tells`);
  return unique(notices.map((notice) => [notice.event, notice]));
}

/** Handlers by event. One of an event that nobody tells, or two of the same name, stop the start. */
function subscriptionsOf(
  modules: readonly Module[],
  events: ReadonlyMap<string, AnyEventType>,
): Map<string, Subscription[]> {
  const subscriptions = new Map<string, Subscription[]>([...events.keys()].map((name) => [name, []]));
  for (const subscription of modules.flatMap((module) => module.events ?? [])) {
    const { event, name } = subscription;
    if (event !== "*" && !events.has(event)) throw new Error(`handler ${name} listens to ${event}, which nobody tells`);
    const names = event === "*" ? [...events.values()].filter((one) => one.isPublic).map((one) => one.name) : [event];
    for (const each of names) {
      const known = subscriptions.get(each) ?? [];
      if (known.some((other) => other.name === name)) throw new Error(`handler ${name} is declared twice`);
      known.push(subscription);
    }
  }
  return subscriptions;
}

/** Everything of a module that can be switched off with it. */
function partsOf(module: Module): object[] {
  const { routes, resources, transfers, lists, nav, create, jobs, search, panels, reference, actions } = module;
  const parts = [routes, resources, transfers, lists, nav, create, jobs, search, panels, reference, actions];
  return [module, ...parts.flatMap((some): readonly object[] => some ?? [])];
}

function unique<V>(entries: readonly (readonly [string, V])[]): Map<string, V> {
  const map = new Map<string, V>();
  for (const [key, value] of entries) {
    if (map.has(key)) throw new Error(`${key} is declared twice`);
    map.set(key, value);
  }
  return map;
}
