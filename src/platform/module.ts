import type { PasswordKeeper } from "./access/password-keeper.ts";
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
import type { Transfer } from "./transfer/definition.ts";
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
  /** What keeps passwords of the staff elsewhere; one module at most. */
  readonly passwordKeeper?: PasswordKeeper;
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
  /** Which page. `company_head` and `contact_head` are the buttons beside the name, on each tab. On `account` and `portal_account`, people's own, cards lead to what they set for themselves. */
  page:
    | "company"
    | "company_head"
    | "contact"
    | "contact_head"
    | "ticket"
    | "dashboard"
    | "portal"
    | "settings"
    | "account"
    | "portal_account";
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
  /** A card of the settings page, or of one's own account. */
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
