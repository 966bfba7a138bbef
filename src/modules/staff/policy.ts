import { type TProperties, Type } from "@sinclair/typebox";
import { policyLimits, type SignInPolicy, signInPolicy, signInSettings } from "../../platform/access/policy.ts";
import { applySessionLimits } from "../../platform/access/sessions.ts";
import { type AnyAction, action, perform } from "../../platform/action.ts";
import { type Ctx, reading, type Work } from "../../platform/context.ts";
import { labelOf } from "../../platform/database/columns.ts";
import { insert, update } from "../../platform/database/records.ts";
import { columnField, formModel } from "../../platform/http/form-model.ts";
import { formRoutes } from "../../platform/http/form-page.ts";
import { ifMatch, readDocument, refuseParameters } from "../../platform/http/jsonapi-document.ts";
import { type Answer, json, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";

/** What an organization asks of passwords and sessions: the page, the API and the action behind both. */

const numbers: TProperties = Object.fromEntries(
  Object.entries(policyLimits).map(([name, [minimum, maximum]]) => [
    name,
    Type.Optional(
      Type.Integer({
        minimum,
        maximum,
        title: labelOf(name, signInSettings.columns[name as keyof typeof policyLimits]),
      }),
    ),
  ]),
);
const input = Type.Object(
  { ...numbers, is_breached_check_on: Type.Optional(Type.Boolean()), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

type PolicyInput = Partial<SignInPolicy> & { version?: number };

/** Changes the policy; open sessions keep a stricter one from now on. */
export const updateSignInSettings = action({
  name: "staff.update_sign_in_settings",
  permission: "staff.manage",
  input,
  run: async (work: Work, given: PolicyInput) => {
    const { version, ...values } = given;
    const known = await work.db.selectFrom("sign_in_settings").select("id").executeTakeFirst();
    const row =
      known === undefined
        ? await insert(work, signInSettings, values)
        : await update(work, signInSettings, known.id, values, version);
    await applySessionLimits(work);
    return row;
  },
});

const path = "/settings/sign-in";
const api = "/api/v1/sign-in-settings";

async function show(ctx: Ctx): Promise<Answer> {
  const { policy, row } = await reading(ctx, async (reader) => ({
    policy: await signInPolicy(reader.db),
    row: await reader.db.selectFrom("sign_in_settings").select("version").executeTakeFirst(),
  }));
  const data = { type: "sign_in_settings", id: ctx.tenant.id, attributes: policy };
  return json(
    { jsonapi: { version: "1.1" }, links: { self: api }, data },
    200,
    row === undefined ? {} : { etag: `"${row.version}"` },
  );
}

const attributes = Type.Omit(input, ["version"]);
const write = (method: "PUT" | "PATCH"): Route => ({
  method,
  path: api,
  door: "api",
  permission: "staff.manage",
  doc: {
    summary: t("Change what the organization asks of passwords and sessions."),
    input: { type: "sign_in_settings", attributes },
    answer: { type: "sign_in_settings", attributes },
  },
  handle: async (ctx, incoming) => {
    await perform(ctx, updateSignInSettings, {
      ...readDocument(await incoming.json(), "sign_in_settings", ctx.tenant.id),
      ...ifMatch(incoming),
    });
    return show(ctx);
  },
});

export const policyRoutes: Route[] = [
  {
    method: "GET",
    path: api,
    door: "api",
    permission: "staff.manage",
    doc: {
      summary: "What the organization asks of passwords and sessions.",
      answer: { type: "sign_in_settings", attributes },
    },
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      return show(ctx);
    },
  },
  write("PUT"),
  write("PATCH"),
  ...formRoutes({
    path,
    permission: "staff.manage",
    action: updateSignInSettings as unknown as AnyAction,
    title: () => t("Passwords and sessions"),
    breadcrumbs: [{ label: "Settings", href: "/settings" }],
    done: () => redirect(path, t("Settings saved.")),
    form: async (ctx, _incoming, typed, failure) => {
      const policy = await signInPolicy(ctx.db);
      const row = await ctx.db.selectFrom("sign_in_settings").select("version").executeTakeFirst();
      const f = (name: keyof SignInPolicy, hint: string): ReturnType<typeof columnField> =>
        columnField(signInSettings, name, { hint, is_required: name !== "is_breached_check_on", span: 6 });
      return formModel({
        action: path,
        values: typed ?? { ...policy },
        version: row?.version ?? null,
        failure,
        submit_label: t("Save"),
        cancel_url: "/settings",
        sections: [
          {
            title: t("Passwords"),
            hint: t("For staff and clients, whenever a password is chosen. Those that are there stay as they are."),
            fields: [
              f("min_password_length", t("8 to 128. Length protects better than kinds of characters.")),
              f("is_breached_check_on", t("The list of some 50,000 is in the program; nothing is sent anywhere.")),
              f("password_history_count", t("0 to 24; the present one counts. 0: the same may be chosen again.")),
              f(
                "password_expiry_days",
                t("0: never, as is advised today. At the next sign-in a new one is asked for."),
              ),
            ],
          },
          {
            title: t("Sessions"),
            hint: t("Stricter limits hold for those who are signed in as well."),
            fields: [
              f("session_idle_minutes", t("5 to 525,600. 20,160 are two weeks.")),
              f("session_max_days", t("1 to 365, however much a session is used.")),
            ],
          },
        ],
      });
    },
  }),
];
