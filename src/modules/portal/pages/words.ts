import { dateIn } from "../../../platform/clock.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { FormValues } from "../../../platform/http/forms/model.ts";

/** The present date where the organization is. */
export function today(ctx: Ctx): string {
  return dateIn(ctx.tenant.timezone, ctx.app.clock.now());
}

/** A typed field as text. */
export function typedText(fields: FormValues, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}
