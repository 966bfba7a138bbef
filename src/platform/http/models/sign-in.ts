import type { FormModel } from "./forms.ts";
import type { ActionLink, PageHeaderModel, TabModel, WhenModel } from "./partials.ts";
import type { SettingsCardModel } from "./settings.ts";

/** What the pages of signing in and of one's own account show. */

/** `auth/two-step`: an authenticator app to be set up. */
export interface TwoStepModel {
  /** Null on the way in, where there is no frame yet. */
  header: PageHeaderModel | null;
  title: string;
  text: string;
  /** In groups of four, for typing. */
  secret: string;
  otpauth_url: string;
  /** A `data:` address of a picture. */
  qr_code: string;
  form: FormModel;
}

/** `auth/recovery-codes`: shown once. */
export interface RecoveryCodesModel {
  header: PageHeaderModel | null;
  title: string;
  text: string;
  codes: string[];
  /** The same as a text file: its name, and a `data:` address that needs no script. */
  file: { name: string; href: string };
  next: { label: string; href: string };
}

/** `account/person`: how somebody signs in, for whoever manages the staff. */
export interface PersonSignInModel {
  header: PageHeaderModel;
  two_step: { is_on: boolean; text: string; actions: ActionLink[] };
  sessions: { device: string; where: string; seen: WhenModel; icon: string; revoke: ActionLink }[];
  revoke_all: ActionLink | null;
}

/** `account/apps`: the apps that a person has allowed to act in their name. */
export interface AllowedAppsModel {
  header: PageHeaderModel;
  apps: { name: string; scopes: string[]; allowed: WhenModel; withdraw: ActionLink }[];
}

/** `oauth/consent`: an app asks a person. */
export interface ConsentModel {
  title: string;
  text: string;
  scopes: { label: string; note: string }[];
  action: string;
  /** The request itself, sent along. */
  fields: { name: string; value: string }[];
  host: string;
  hint: string;
  allow_label: string;
  deny_label: string;
}

/** `account/security`. */
export interface SecurityPageModel {
  header: PageHeaderModel;
  /** The other pages of the account: what people set for themselves. */
  cards: SettingsCardModel[];
  sessions: {
    device: string;
    where: string;
    seen: WhenModel;
    is_current: boolean;
    /** What the session is: a browser, or a program. */
    icon: string;
    /** Where the device is given a name; empty where that cannot be. */
    name_url: string;
    revoke: ActionLink | null;
  }[];
  revoke_all: ActionLink | null;
  two_step: { is_on: boolean; text: string; actions: ActionLink[] };
  /** Null where there are no passkeys: operators'. */
  passkeys: {
    keys: { name: string; used: WhenModel; rename: ActionLink; remove: ActionLink }[];
    /** Where the browser makes a new one; empty when the address of this installation allows none. */
    url: string;
    /** Whether making one takes the password too: the sign-in is some time ago. */
    is_password_asked: boolean;
  } | null;
  /** Null where a directory keeps the password. */
  password: FormModel | null;
}

/** `auth/sign-in`, `auth/forgot`, `auth/reset`, `auth/invite`: a card with one form. */
export interface AuthPageModel {
  title: string;
  text: string;
  form: FormModel;
  /** Said instead of the form, e.g. "look into your mailbox"; empty while the form is to be filled. */
  done_text: string;
  /** Other ways in (single sign-on). */
  providers: { label: string; href: string }[];
  links: { label: string; href: string }[];
  /** The button that asks for a passkey; shown when the browser can. `is_first`: there is nothing else to do here. */
  passkey: { url: string; next: string; label: string; is_first: boolean } | null;
}

/** `account/access`: what a person may do and why; and of one record, whether they see it. */
export interface AccessPageModel {
  header: PageHeaderModel;
  /** What has to be known first: that the account is closed, that it is a client's. Empty when there is nothing. */
  notice: string;
  /** The GET form that asks about a record. */
  ask: {
    url: string;
    key_id: string;
    record: string;
    error: string;
    answer: {
      is_seen: boolean;
      title: string;
      text: string;
      href: string;
      actions: { label: string; detail: string; is_allowed: boolean }[];
    } | null;
  };
  /** The person and their API keys: which of them the page is about. */
  tabs: TabModel[];
  sections: {
    title: string;
    count: string;
    permissions: {
      label: string;
      name: string;
      is_allowed: boolean;
      /** How far, through which roles, or why not. */
      detail: string;
    }[];
  }[];
}
