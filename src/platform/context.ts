import { type Actor, system } from "./access/actor.ts";
import type { AllowedNetworks } from "./access/allowed-networks.ts";
import type { Journal } from "./access/access-log.ts";
import type { Brand } from "./brand.ts";
import type { Clock } from "./clock.ts";
import type { Keyring } from "./crypto/keyring.ts";
import type { Database } from "./database/database.ts";
import type { DefaultValues } from "./database/defaults.ts";
import type { Later } from "./database/later.ts";
import type { Place } from "./database/order.ts";
import type { Db } from "./database/tables.ts";
import type { FileStore } from "./files/store.ts";
import type { outbound } from "./outbound/outbound.ts";
import type { Traffic } from "./http/traffic.ts";
import type { LiveHub } from "./live/hub.ts";
import type { Registry } from "./registry.ts";

/** The organization that a piece of work belongs to. */
export interface Tenant {
  id: string;
  name: string;
  /** IANA time zone of the organization: in which its days begin and its documents are dated. */
  timezone: string;
  /** In which zone instants are shown and typed in the work in hand: of whoever is being answered, else the organization's. */
  readonly zone: string;
  /** ISO 4217 code of the organization's own currency. */
  currency: string;
  /** BCP 47 tag of the organization itself: its language, and how it writes numbers and dates. */
  organization_locale: string;
  /** How numbers and dates are written in the work in hand: for whoever is being answered, else as the organization does. */
  readonly locale: string;
  /** Where the pages are reached from outside, without a slash at the end. */
  public_url: string;
  /** Whether the first administrator exists. */
  is_set_up: boolean;
  /** Networks that may come in, by door. */
  allowed_networks: AllowedNetworks;
  brand: Brand;
  /** What new records start with where nothing else is said. */
  default_values: DefaultValues;
  /** Names of the modules that are switched off. */
  disabled_modules: readonly string[];
  /** Set while the operator has suspended the organization: nobody gets in, and its work rests. */
  suspension: { since: string; message: string } | null;
  limits: TenantLimits;
  /** Names of the modules that the operator allows; null: all. */
  allowed_modules: readonly string[] | null;
}

/** What the operator allows an organization at most; null: no limit of its own. */
export interface TenantLimits {
  /** Staff accounts that are not deactivated. */
  staff: number | null;
  /** Megabytes of files. */
  storage_mb: number | null;
  requests_per_minute: number | null;
}

/** The services of the running program. */
export interface App {
  readonly edition: "single" | "multi";
  readonly clock: Clock;
  readonly database: Database;
  readonly keyring: Keyring;
  readonly files: FileStore;
  readonly registry: Registry;
  readonly options: AppOptions;
  /** Where reading is written down: requests to the API, looks at sensitive records. */
  readonly journal: Journal;
  /** How many API requests there are and may be. */
  readonly traffic: Traffic;
  /** Who is told when something changes that they look at. */
  readonly live: LiveHub;
  /** Tells dispatcher, mail queue and jobs that an organization may have work. */
  wake(tenantId: string): void;
}

export interface AppOptions {
  /** The public URL until the settings name one. */
  publicUrl: string;
  /** Another address for Stripe's API, for a stand-in on this machine; null: Stripe's own. */
  stripeApiBase: string | null;
  /** Where this program keeps its data. */
  dataDir: string;
  /** Where operators reach their pages; null: nowhere. */
  adminUrl: string | null;
  /** Whether an operator without a second factor has to set one up before anything else. */
  isOperatorMfaRequired?: boolean;
  /** The TXT records of a name, each in its pieces. */
  resolveTxt(name: string): Promise<string[][]>;
  /** What calls an address that somebody of an organization has typed, for a stand-in; absent: `outbound` itself. */
  callOut?: typeof outbound;
  /** API requests a minute: of one key or person, and of one organization that has no limit of its own; null: no limit. */
  requestsPerMinute: { key: number | null; tenant: number | null };
  /** Private networks that organizations may have called (webhooks); all others are refused. */
  allowedNetworks: readonly string[];
  /** The same for servers that organizations have (mail, directory); null or absent: these may be anywhere. */
  serverNetworks?: readonly string[] | null;
  /** Whether defects that could be lived with stop what is being done, so that tests find them. */
  isStrict?: boolean;
}

export interface RequestInfo {
  id: string;
  ip: string;
  user_agent: string;
  /** The origin that the request was sent to, as its sender sees it: `https://desk.example.com`. Empty outside of requests. */
  origin: string;
  /** Called with each sensitive record that a reading request fetches; set for requests that only read. */
  onLook?(entityType: string, entityId: string): void;
  /** Written in each of the request's units of work, before its commit. */
  beforeCommit?(db: Db): Promise<void>;
  /** Set while an import brings rows in: what happens is kept in the log of events and told to nobody. */
  import_batch_id?: string;
  /** Who has signed in by this request: until it they were nobody, and the log of requests is to name them. */
  entered?: Actor;
  /** Set for requests of pages: an action that can be taken back leaves the id of the offer here. */
  undo?: { offered: string | null };
}

/** All that a piece of code may use while it answers one request, event or job. */
export interface Ctx {
  readonly app: App;
  readonly tenant: Tenant;
  readonly actor: Actor;
  readonly request: RequestInfo;
  /** A reader, or inside an action the transaction. */
  readonly db: Db;
  /** Set while `db` is a reader: what reads within a read uses the same one. */
  readonly isReader?: true;
  /** Words that somebody types into a field: where there are more choices than are read at once, they are looked for by them. */
  readonly sought?: string;
}

/** A context inside a unit of work: its `db` is the transaction. */
export interface Work extends Ctx {
  readonly unit: Unit;
}

export interface Unit {
  /** Runs after the commit; lost when the program dies, so nothing that must happen belongs here. */
  afterCommit(callback: () => void): void;
  /** Runs once before the commit, however often it was asked for by the same name. */
  beforeCommit(name: string, callback: () => Promise<void>): void;
  /** Rows that are put down together at the end. */
  readonly later: Later;
  /** Topics that have changed, told after the commit. */
  readonly topics: Set<string>;
  /** How many rows it has written so far: none means that nothing changed. */
  changes: number;
}

export const noRequest: RequestInfo = { id: "", ip: "", user_agent: "", origin: "" };

/** A context without a database handle yet: `reading` or `perform` give it one. */
export function contextOf(app: App, tenant: Tenant, actor: Actor, request: RequestInfo = noRequest): Ctx {
  return {
    app,
    tenant,
    actor,
    request,
    get db(): Db {
      throw new Error("open a read with reading(ctx, …) or a unit of work with perform(ctx, action, input)");
    },
  };
}

/** Where a context's statements run, for what knows databases and nothing of contexts. */
export function placeOf({ db, app }: Ctx): Place {
  return { db, dialect: app.database.dialect };
}

/** The system's own context for a tenant: jobs, event handlers, the command line. */
export function systemContext(app: App, tenant: Tenant): Ctx {
  return contextOf(app, tenant, system);
}

/**
 * Runs with a reader of the context's tenant; inside a read or a unit of work, with the handle that is there. A second
 * connection taken while holding a first would let a full pool wait for itself.
 */
export function reading<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if ("unit" in ctx || ctx.isReader === true) return work(ctx);
  return ctx.app.database.read(ctx.tenant.id, (db) => work(readerOf(ctx, db)));
}

/**
 * For what takes its time without asking the database: bytes that are decrypted, a page that is drawn, a file that is parsed. Done
 * inside a read it would keep a connection from everybody else meanwhile, and in a unit of work the organization's writes.
 */
export function refuseWhileHeld(ctx: Ctx): void {
  if (ctx.app.options.isStrict === true && (ctx.isReader === true || "unit" in ctx))
    throw new Error("this takes long: do it outside of the read or unit of work (a GET says isOutsideRead)");
}

/** The context inside a read that is open already. */
export function readerOf({ app, tenant, actor, request }: Ctx, db: Db, sought?: string): Ctx {
  return { app, tenant, actor, request, db, isReader: true, ...(sought === undefined ? {} : { sought }) };
}

/** Runs as one unit of work; a caller that is inside one already joins it. */
export async function inUnit<T>(ctx: Ctx, run: (work: Work) => T | Promise<T>): Promise<T> {
  if ("unit" in ctx) return run(ctx as Work);
  if (ctx.isReader === true) throw new Error("inside a read nothing can be changed");
  const { app, tenant, actor, request } = ctx;
  const callbacks: (() => void)[] = [];
  const result = await app.database.write(tenant.id, async (db, later) => {
    const last = new Map<string, () => Promise<void>>();
    const unit: Unit = {
      afterCommit: (callback) => callbacks.push(callback),
      beforeCommit: (name, callback) => last.has(name) || last.set(name, callback),
      later,
      topics: new Set(),
      changes: 0,
    };
    const done = await run({ app, tenant, actor, request, db, unit });
    for (const callback of last.values()) await callback();
    await request.beforeCommit?.(db);
    return done;
  });
  for (const callback of callbacks) callback();
  app.wake(tenant.id);
  return result;
}

/** The same unit of work, done in the system's name: for what a person may trigger but not do. */
export function asSystem(work: Work): Work {
  const { app, tenant, request, db, unit } = work;
  return { app, tenant, actor: system, request, db, unit };
}

/** The same, but written down in the person's own name: what they cannot reach themselves, and is permitted where they do it. */
export function onBehalf(work: Work): Work {
  return { ...asSystem(work), actor: { ...work.actor, kind: "system" } };
}
