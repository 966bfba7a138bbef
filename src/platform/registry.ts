import type { PasswordKeeper } from "./access/password-keeper.ts";
import type { ReachReason, ReachRule } from "./access/reach.ts";
import type { AnyAction } from "./action.ts";
import type { App } from "./context.ts";
import type { SearchFacet } from "./database/search.ts";
import type { AnyEventType, Subscription } from "./events/event-type.ts";
import type { Notice } from "./events/notice.ts";
import type { Route } from "./http/route.ts";
import type { Job } from "./jobs/jobs.ts";
import type { CreateItem, ListPage, Module, NavItem, Panel, Round, Sender, StandardRole } from "./module.ts";
import type { ReferenceSet } from "./reference.ts";
import type { Resource } from "./resource.ts";
import type { TimelineSource } from "./timeline.ts";
import type { Transfer } from "./transfer/definition.ts";

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
  readonly passwordKeeper: PasswordKeeper | null;
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

/** The type of the records of a table, as the API calls it; a table that no resource shows keeps its own name. */
export function typeOfTable({ resources }: Registry, table: string): string {
  for (const resource of resources.values()) if (resource.table.name === table) return resource.type;
  return table;
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
    lists: listsOf(modules),
    nav: modules.flatMap((module) => module.nav ?? []).toSorted((a, b) => a.order - b.order),
    create: modules.flatMap((module) => module.create ?? []).toSorted((a, b) => a.order - b.order),
    notices: noticesOf(modules, events),
    liveTables: new Set([...events.values()].flatMap((type) => Object.keys(type.live))),
    passwordKeeper: modules.find((module) => module.passwordKeeper !== undefined)?.passwordKeeper ?? null,
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

/** List pages by their address; a choice of one that does with many records what is not for many stops the start. */
function listsOf(modules: readonly Module[]): Map<string, ListPage> {
  const pages = modules.flatMap((module) => module.lists ?? []);
  for (const { list } of pages)
    for (const { key, action } of list.bulk ?? [])
      if (action.isForMany !== true)
        throw new Error(`${list.url} does ${key} with many, and ${action.name} is not for many`);
  return unique(pages.map((page) => [page.list.url, page]));
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
