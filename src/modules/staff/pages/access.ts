import type { Ctx } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import type { AccessPageModel } from "../../../platform/http/models/sign-in.ts";
import { type Answer, type Incoming, page, type Route } from "../../../platform/http/route.ts";
import { listed, t } from "../../../platform/language/index.ts";
import { moduleTitle } from "../../../platform/module-titles.ts";
import { actingAs, type PermissionAnswer, permissionsOf } from "../access/permissions.ts";
import { type RecordAnswer, recordAnswer } from "../access/record.ts";
import { keysOf, type Subject, subjectOf } from "../access/subject.ts";

/** What a person may do and why: for whoever manages the staff, and about oneself. */

function scopeWords(scope: PermissionAnswer["scope"]): string {
  if (scope === "team") return t("own teams' and own only");
  return scope === "own" ? t("own only") : "";
}

/** "Technician, Dispatcher: own only", or why not. */
function detailOf(answer: PermissionAnswer): string {
  const names = listed(answer.roles.map(({ name }) => name));
  switch (answer.reason) {
    case "granted": {
      const scope = scopeWords(answer.scope);
      return scope === ""
        ? t("Through {roles}", { roles: names })
        : t("Through {roles}: {scope}", { roles: names, scope });
    }
    case "no_role":
      return t("None of the roles grants it.");
    case "not_in_key":
      return t("Granted by {roles}, but the key leaves it out.", { roles: names });
    case "not_in_app":
      return t("The app was not allowed this.");
    case "module_off":
      return t("Granted by {roles}, but this part of Purser is switched off.", { roles: names });
    case "key_ended":
      return t("The key has ended.");
    case "account_closed":
      return names === ""
        ? t("The account is closed.")
        : t("Granted by {roles}, but the account is closed.", { roles: names });
  }
}

function sectionsOf(ctx: Ctx, answers: readonly PermissionAnswer[]): AccessPageModel["sections"] {
  return ctx.app.registry.modules.flatMap((module) => {
    const own = answers.filter((one) => one.module === module.name);
    if (own.length === 0) return [];
    const count = own.filter((one) => one.is_allowed).length;
    return {
      title: moduleTitle(module),
      count: t("{count} of {total}", { count, total: own.length }),
      permissions: own.map((one) => ({
        label: t(one.description),
        name: one.permission,
        is_allowed: one.is_allowed,
        detail: detailOf(one),
      })),
    };
  });
}

type Ask = AccessPageModel["ask"];

/** One line a permission, with everything that it lets one do. */
function answerModel(ctx: Ctx, answer: RecordAnswer, given: string): Ask["answer"] {
  const { permissions } = ctx.app.registry;
  const needed = [...new Set(answer.actions.map((one) => one.permission))];
  return {
    is_seen: answer.is_seen,
    title: answer.is_seen ? t("Yes, this person sees it") : t("No, this person does not see it"),
    text: answer.text,
    href: given.startsWith("/") && !given.startsWith("//") && !given.startsWith("/api/") ? given : "",
    actions: needed.map((permission) => {
      const own = answer.actions.filter((one) => one.permission === permission);
      return {
        label: t(permissions.get(permission) ?? permission),
        detail: own.map((one) => one.name).join(", "),
        is_allowed: own.every((one) => one.is_allowed),
      };
    }),
  };
}

async function askModel(ctx: Ctx, { user, key }: Subject, url: string, record: string): Promise<Ask> {
  const ask: Ask = { url, key_id: key?.id ?? "", record, error: "", answer: null };
  if (record.trim() === "") return ask;
  try {
    return { ...ask, answer: answerModel(ctx, await recordAnswer(ctx, user, key, record), record.trim()) };
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.status >= 500) throw failure;
    return { ...ask, error: failure.problems[0]?.message ?? failure.message };
  }
}

async function noticeOf(ctx: Ctx, { user, key }: Subject): Promise<string> {
  const isClosed = (await actingAs(ctx, user, null)) === null;
  if (isClosed && user.user_type === "portal") return t("This person has no access to the portal at present.");
  if (isClosed) return t("This account is deactivated: nobody comes in by it.");
  if (key !== null) return t("A key may do at most what its owner may; without scopes of its own, all of that.");
  return user.user_type === "portal"
    ? t("This person comes in by the portal. What staff may do is nothing that they could have.")
    : "";
}

async function show(ctx: Ctx, incoming: Incoming, userId: string, at: string): Promise<Answer> {
  const { searchParams } = incoming.url;
  const isOwn = userId === ctx.actor.user_id;
  const subject = await subjectOf(ctx, userId, searchParams.get("key"));
  const { user, key } = subject;
  const keys = await keysOf(ctx, user.id);
  const way = (label: string, id: string | null): AccessPageModel["tabs"][number] => ({
    label,
    href: id === null ? at : `${at}?key=${id}`,
    is_current: (key?.id ?? null) === id,
    count: "",
  });
  const answers = await permissionsOf(ctx, user, key);
  const title =
    isOwn && at.startsWith("/account") ? t("What you may do") : t("What {name} may do", { name: user.name });
  const model: AccessPageModel = {
    header: {
      title,
      subtitle: t("{count} of {total} permissions", {
        count: answers.filter((one) => one.is_allowed).length,
        total: answers.length,
      }),
      breadcrumbs: at.startsWith("/account")
        ? [{ label: t("Your account"), href: "/account" }]
        : [
            { label: t("Settings"), href: "/settings" },
            { label: t("Staff"), href: "/settings/staff" },
            { label: user.name, is_own_words: true, href: `/settings/staff/${user.id}` },
          ],
      badges: [],
      actions: [],
    },
    notice: await noticeOf(ctx, subject),
    ask: await askModel(ctx, subject, at, (searchParams.get("record") ?? "").slice(0, 500)),
    tabs: keys.length === 0 ? [] : [way(t("Person"), null), ...keys.map((one) => way(one.name, one.id))],
    sections: sectionsOf(ctx, answers),
  };
  return page("account/access", title, model);
}

export const accessPages: Route[] = [
  {
    method: "GET",
    path: "/settings/staff/:id/access",
    door: "staff",
    permission: "staff.manage",
    handle: (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      return show(ctx, incoming, id, `/settings/staff/${id}/access`);
    },
  },
  {
    method: "GET",
    path: "/account/access",
    door: "staff",
    permission: null,
    handle: (ctx, incoming) => show(ctx, incoming, ctx.actor.user_id ?? "", "/account/access"),
  },
];
