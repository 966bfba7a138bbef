import { type TProperties, Type } from "@sinclair/typebox";
import { policyLimits, type SignInPolicy, signInPolicy, signInSettings } from "../../platform/access/policy.ts";
import { applySessionLimits } from "../../platform/access/sessions.ts";
import { type AnyAction, action, perform } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { labelOf } from "../../platform/database/columns.ts";
import { changes } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { stale } from "../../platform/errors.ts";
import { columnField, field, formModel } from "../../platform/http/forms/model.ts";
import { formRoutes } from "../../platform/http/forms/page.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";

/** What an organization asks of passwords and sessions: the page, the API and the action behind both. */

const numbers: TProperties = changes(
  Object.fromEntries(
    Object.entries(policyLimits).map(([name, [minimum, maximum]]) => [
      name,
      Type.Integer({
        minimum,
        maximum,
        title: labelOf(name, signInSettings.columns[name as keyof typeof policyLimits]),
      }),
    ]),
  ),
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
    // What was never chosen has no version that could have been shown.
    if (known === undefined && version !== undefined) throw stale();
    const row =
      known === undefined
        ? await insert(work, signInSettings, values)
        : await update(work, signInSettings, known.id, values, version);
    await applySessionLimits(work);
    return row;
  },
});

const hours = (count: number): number => count * 60;
const days = (count: number): number => count * 24 * 60;

/** Days as people say them. */
function daysInWords(count: number): string {
  if (count === 365) return t("1 year");
  return count % 7 === 0 && count <= 28
    ? t("{count, plural, one {# week} other {# weeks}}", { count: count / 7 })
    : t("{count, plural, one {# day} other {# days}}", { count });
}

function kindsInWords(count: number): string {
  return count === 1 ? t("Any will do") : t("{count} of the four", { count });
}

/** Minutes with how people say them: "30 minutes", "8 hours", "2 weeks". */
function timeInWords(minutes: number): readonly [number, string] {
  if (minutes % days(1) === 0) return [minutes, daysInWords(minutes / days(1))];
  if (minutes % 60 === 0) return [minutes, t("{count, plural, one {# hour} other {# hours}}", { count: minutes / 60 })];
  return [minutes, t("{count, plural, one {# minute} other {# minutes}}", { count: minutes })];
}

const path = "/settings/sign-in";
const attributes = Type.Omit(input, ["version"]);

export const policyRoutes: Route[] = [
  ...singleRoutes({
    path: "/api/v1/sign-in-settings",
    type: "sign_in_settings",
    permission: "staff.manage",
    attributes,
    input: attributes,
    summaries: {
      show: "What the organization asks of passwords and sessions.",
      change: "Change what the organization asks of passwords and sessions.",
    },
    load: async ({ db, tenant }) => {
      const row = await db.selectFrom("sign_in_settings").select("version").executeTakeFirst();
      return { id: tenant.id, version: row?.version, attributes: await signInPolicy(db) };
    },
    change: (ctx, given, match) => perform(ctx, updateSignInSettings, { ...given, ...match }),
  }),
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
      // What somebody has set over the API stays a choice, whatever it is.
      const chosen = (
        name: "min_character_kinds" | "password_expiry_days" | "session_idle_minutes" | "session_max_days",
        label: string,
        hint: string,
        usual: (readonly [number, string])[],
      ): FieldModel => {
        const present = policy[name];
        const own = name === "session_idle_minutes" ? timeInWords(present) : ([present, daysInWords(present)] as const);
        const all = usual.some(([value]) => value === present) ? usual : [...usual, own];
        const options = all
          .toSorted(([one], [other]) => one - other)
          .map(([value, text]) => ({ value: `${value}`, label: text }));
        return field(name, label, { kind: "select", options, hint, is_required: true, span: 6 });
      };
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
              chosen(
                "min_character_kinds",
                t("Kinds of characters"),
                t(
                  "Of capital letters, small letters, digits and others. For those whose insurer or customer asks for it.",
                ),
                [1, 2, 3, 4].map((count) => [count, kindsInWords(count)]),
              ),
              f("is_breached_check_on", t("The list of some 50,000 is in the program; nothing is sent anywhere.")),
              f("password_history_count", t("0 to 24; the present one counts. 0: the same may be chosen again.")),
              chosen(
                "password_expiry_days",
                t("Passwords expire after"),
                t("Never, as is advised today. Otherwise a new one is asked for at the next sign-in."),
                [0, 30, 60, 90, 180, 365].map((days) => [days, days === 0 ? t("Never") : daysInWords(days)]),
              ),
            ],
          },
          {
            title: t("Sessions"),
            hint: t("Stricter limits hold for those who are signed in as well."),
            fields: [
              chosen(
                "session_idle_minutes",
                t("Signed out when not used for"),
                t("A browser left open counts as not used."),
                [15, 30, ...[1, 4, 8, 12].map(hours), ...[1, 2, 7, 14, 30, 90].map(days)].map(timeInWords),
              ),
              chosen(
                "session_max_days",
                t("Signed out in any case after"),
                t("However much it is used: then everybody signs in anew."),
                [1, 7, 14, 30, 90, 180, 365].map((count) => [count, daysInWords(count)]),
              ),
            ],
          },
        ],
      });
    },
  }),
];
