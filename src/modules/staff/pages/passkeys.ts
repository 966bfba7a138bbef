import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { accountCrumb, type AccountDoor, accountHomes } from "../../../platform/http/pages/account.ts";
import { link, whenOf } from "../../../platform/http/pages/cells.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { readInput } from "../../../platform/http/forms/page.ts";
import type { SecurityPageModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { proveAgain } from "../auth/proof.ts";
import type { Entering } from "../auth/steps.ts";
import { ownPasskey, removePasskey, renamePasskey } from "../mfa/passkey-actions.ts";
import {
  registerPasskey,
  registrationOptions,
  secondFactorOptions,
  showPasskey,
  signInOptions,
  signInWithPasskey,
} from "../mfa/passkeys.ts";
import { confirmedRoutes } from "./confirmed.ts";
import { bodyOf, plain, signed, spoken, textOf } from "./passkey-answers.ts";
import { browserDevice, challengeOf, type Door, doors, enteringCookies, nextUrl } from "./entering.ts";

/** The passkeys of staff and clients: at their doors, and on their account pages. */

function doorRoutes(door: Door): Route[] {
  const { prefix, userType } = door;
  const entered = (ctx: Ctx, entering: Entering, next: string, cookies: string[]): Answer =>
    plain({ to: nextUrl(door, entering, next) }, 200, [...enteringCookies(ctx, door, entering), ...cookies]);
  const post = (path: string, run: (ctx: Ctx, incoming: Incoming) => Promise<Answer>): Route => ({
    method: "POST",
    path: `${prefix}/sign-in/${path}`,
    door: "open",
    permission: null,
    handle: (ctx, incoming) => spoken(() => run(ctx, incoming)),
  });
  return [
    post("passkey/options", async (ctx) => plain(await signInOptions(ctx))),
    post("passkey", async (ctx, incoming) => {
      const body = await bodyOf(incoming);
      const { device, cookie } = browserDevice(ctx, incoming);
      const entering = await signInWithPasskey(ctx, userType, signed<AuthenticationResponseJSON>(body), device);
      return entered(ctx, entering, textOf(body, "next"), [cookie]);
    }),
    post("code/passkey/options", async (ctx, incoming) =>
      plain(await secondFactorOptions(ctx, userType, challengeOf(ctx, door, incoming))),
    ),
    post("code/passkey", async (ctx, incoming) => {
      const body = await bodyOf(incoming);
      const token = challengeOf(ctx, door, incoming);
      const entering = await showPasskey(ctx, userType, token, signed<AuthenticationResponseJSON>(body));
      return entered(ctx, entering, textOf(body, "next"), []);
    }),
  ];
}

/** A person's passkeys as the account page lists them. */
export async function passkeysOf(
  ctx: Ctx,
  door: AccountDoor,
): Promise<NonNullable<SecurityPageModel["passkeys"]>["keys"]> {
  const rows = await ctx.db
    .selectFrom("passkeys")
    .select(["id", "name", "created_at", "last_used_at"])
    .where("user_id", "=", ctx.actor.user_id ?? "")
    .orderBy("created_at")
    .execute();
  return rows.map((row) => passkeyRow(ctx, row, accountHomes[door]));
}

/** A passkey as every account page lists it; `home` is that page. */
export function passkeyRow(
  ctx: Ctx,
  row: { id: string; name: string; created_at: string; last_used_at: string | null },
  home: string,
): NonNullable<SecurityPageModel["passkeys"]>["keys"][number] {
  const used = row.last_used_at;
  return {
    name: row.name,
    used: whenOf(ctx, used ?? row.created_at, (when) =>
      used === null
        ? t("Added {when}, not used yet", { when: when(row.created_at) })
        : t("Used {when}", { when: when(used) }),
    ),
    rename: link(t("Rename"), `${home}/passkeys/${row.id}`, "pencil"),
    remove: link(t("Remove"), `${home}/passkeys/${row.id}/remove`, "trash"),
  };
}

async function renamePage(
  ctx: Ctx,
  door: AccountDoor,
  id: string,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<Answer> {
  const key = await ownPasskey(ctx, id);
  const title = t("Rename the passkey");
  const model = {
    header: {
      title,
      subtitle: "",
      breadcrumbs: [accountCrumb(door)],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: `${accountHomes[door]}/passkeys/${key.id}`,
      values: typed ?? { name: key.name },
      version: key.version,
      failure,
      submit_label: t("Save"),
      cancel_url: accountHomes[door],
      sections: [{ title: "", fields: [field("name", t("Name"), { is_required: true, max_length: 80, span: 6 })] }],
    }),
  };
  return page("forms/index", title, model, failure?.status ?? 200);
}

function accountRoutes(door: AccountDoor): Route[] {
  const home = accountHomes[door];
  const post = (path: string, run: (ctx: Ctx, incoming: Incoming) => Promise<Answer>): Route => ({
    method: "POST",
    path: `${home}/${path}`,
    door,
    permission: null,
    handle: (ctx, incoming) => spoken(() => run(ctx, incoming)),
  });
  return [
    post("passkeys/options", async (ctx, incoming) => {
      // What the browser makes is taken only for the challenge of these options, so whoever has them has proved it.
      await proveAgain(ctx, textOf(await bodyOf(incoming), "password"), "password");
      return plain(await registrationOptions(ctx));
    }),
    post("passkeys", async (ctx, incoming) => {
      const body = await bodyOf(incoming);
      await registerPasskey(ctx, { name: textOf(body, "name"), response: signed<RegistrationResponseJSON>(body) });
      return plain({ to: home });
    }),
    {
      method: "GET",
      path: `${home}/passkeys/:id`,
      door,
      permission: null,
      handle: (ctx, incoming) => renamePage(ctx, door, incoming.params["id"] ?? "", null, null),
    },
    {
      method: "POST",
      path: `${home}/passkeys/:id`,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const id = incoming.params["id"] ?? "";
        const { fields } = await incoming.form();
        try {
          await perform(ctx, renamePasskey, { ...readInput(renamePasskey.input, fields), id });
          return redirect(home, t("The passkey has its name."));
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => renamePage(reader, door, id, fields, failure));
        }
      },
    },
    ...confirmedRoutes({
      door,
      path: `${home}/passkeys/:id/remove`,
      header: async (ctx, incoming) => ({
        title: t("Remove the passkey {name}?", { name: (await ownPasskey(ctx, incoming.params["id"] ?? "")).name }),
        subtitle: t("It no longer signs you in."),
        breadcrumbs: [accountCrumb(door)],
        badges: [],
        actions: [],
      }),
      submit: () => t("Remove"),
      isDestructive: true,
      run: async (ctx, incoming) => {
        await perform(ctx, removePasskey, { id: incoming.params["id"] ?? "" });
        return redirect(home, t("The passkey is removed."));
      },
    }),
  ];
}

export const passkeyPages: Route[] = [
  ...doors.flatMap(doorRoutes),
  ...accountRoutes("staff"),
  ...accountRoutes("portal"),
];
