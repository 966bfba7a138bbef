import { type Ctx, reading } from "../../context.ts";
import { t } from "../../language/index.ts";
import { type Answer, redirect } from "../route.ts";

/** On to a page that says `text`, that a mail was sent; or that it waits, where no mail server is set up yet. */
export async function mailSent(ctx: Ctx, to: string, text: string): Promise<Answer> {
  return (await hasMailServer(ctx)) ? redirect(to, text) : redirect(to, mailWaits(), "warning");
}

/** Whether what is mailed goes out, in place of waiting for a server to be set up. */
export async function hasMailServer(ctx: Ctx): Promise<boolean> {
  const server = await reading(ctx, ({ db }) => db.selectFrom("mail_settings").select("id").executeTakeFirst());
  return server !== undefined;
}

export const mailWaits = (): string =>
  t("No mail server is set up yet. The mail is written and goes out as soon as there is one.");
