import type { Ctx } from "../../../platform/context.ts";
import { reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { type AccountDoor, accountHomes } from "../../../platform/http/pages/account.ts";
import { formFailure } from "../../../platform/http/forms/model.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import type { Answer, Incoming, Route } from "../../../platform/http/route.ts";
import { hasJustSignedIn, proveAgain } from "../auth/proof.ts";
import { passwordAnswer } from "./security.ts";

interface Confirmed {
  door: AccountDoor;
  path: string;
  /** Whether whoever lacks the second step that is asked of them gets here. */
  isOpenWithoutSecondStep?: boolean;
  header(ctx: Ctx, incoming: Incoming): PageHeaderModel | Promise<PageHeaderModel>;
  submit(): string;
  isDestructive: boolean;
  run(ctx: Ctx, incoming: Incoming): Promise<Answer>;
}

/** A page that says what will be done and then does it, for whoever has just signed in or enters the password there. */
export function confirmedRoutes(given: Confirmed): Route[] {
  const { door, path } = given;
  const route = {
    path,
    door,
    permission: null,
    ...(given.isOpenWithoutSecondStep === true ? { isOpenWithoutSecondStep: true } : {}),
  };
  const show = async (ctx: Ctx, incoming: Incoming, failure: Failure | null): Promise<Answer> =>
    passwordAnswer(
      await given.header(ctx, incoming),
      {
        action: incoming.url.pathname + incoming.url.search,
        cancel: accountHomes[door],
        submit: given.submit(),
        isDestructive: given.isDestructive,
        isAsked: !(await hasJustSignedIn(ctx)),
      },
      failure,
    );
  return [
    { ...route, method: "GET", handle: (ctx, incoming) => show(ctx, incoming, null) },
    {
      ...route,
      method: "POST",
      handle: async (ctx, incoming) => {
        const { present_password } = (await incoming.form()).fields;
        try {
          await proveAgain(ctx, typeof present_password === "string" ? present_password : "", "present_password");
          return await given.run(ctx, incoming);
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, incoming, failure));
        }
      },
    },
  ];
}
