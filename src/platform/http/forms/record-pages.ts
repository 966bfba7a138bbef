import { find } from "../../access/reach.ts";
import { can } from "../../access/actor.ts";
import type { AnyAction } from "../../action.ts";
import type { Ctx } from "../../context.ts";
import type { Tables } from "../../database/tables.ts";
import { button } from "../pages/cells.ts";
import { buttonRoute, type FormPage, formRoutes } from "./page.ts";
import { type List, listAnswer } from "../lists/list.ts";
import { type Answer, redirect, type Route } from "../route.ts";

/**
 * Pages of a small kind of record that has no page of its own beside its form: the list, a form for a new one, the same form
 * to change one, and a button that deletes it.
 */
export interface RecordPages<R> {
  list: List<R>;
  /** The table that an id is looked up in, within reach. */
  table: keyof Tables & string;
  /** What the record is called at the top of its form, when that is not its name as it stands. */
  called?(name: string): string;
  /** What one needs to look at the list and the form; what one needs to change something is the actions' own. */
  permission: string;
  breadcrumbs: { label: string; href: string }[];
  form: FormPage["form"];
  create: { action: AnyAction; title(): string; done(result: unknown): Answer };
  update: { action: AnyAction; done(): string };
  remove: {
    action: AnyAction;
    label(): string;
    /** What is asked before; null: this one cannot be deleted. */
    question(ctx: Ctx, id: string): Promise<string | null> | string | null;
    done(): string;
  };
}

/** The routes of such records: their list, the forms of a new one and of one that is there, and the button that deletes. */
export function recordPages<R>(given: RecordPages<R>): Route[] {
  const { list, permission, breadcrumbs, form, create, update, remove } = given;
  const { url } = list;
  const nameOf = async (ctx: Ctx, id: string): Promise<string> => {
    const row: { name?: unknown } = await find(ctx, given.table, id);
    const name = String(row.name ?? "");
    return given.called?.(name) ?? name;
  };
  return [
    { method: "GET", path: url, door: "staff", permission, handle: (ctx, incoming) => listAnswer(ctx, incoming, list) },
    ...formRoutes({
      path: `${url}/new`,
      permission: create.action.permission,
      action: create.action,
      title: () => create.title(),
      form,
      breadcrumbs,
      done: (result) => create.done(result),
    }),
    ...formRoutes({
      path: `${url}/:id`,
      permission,
      action: update.action,
      title: (ctx, { id = "" }) => nameOf(ctx, id),
      form,
      extra: (incoming) => ({ id: incoming.params["id"] }),
      breadcrumbs,
      actions: async (ctx, incoming) => {
        const id = incoming.params["id"] ?? "";
        const question =
          remove.action.permission !== null && can(ctx.actor, remove.action.permission)
            ? await remove.question(ctx, id)
            : null;
        return question === null ? [] : [button(remove.label(), `${url}/${id}/delete`, "trash", "danger", question)];
      },
      done: () => redirect(url, update.done()),
    }),
    buttonRoute(
      `${url}/:id/delete`,
      remove.action,
      () => redirect(url, remove.done()),
      (incoming) => `${url}/${incoming.params["id"] ?? ""}`,
    ),
  ];
}
