import { signInPolicy } from "../../../platform/access/policy.ts";
import type { Ctx } from "../../../platform/context.ts";
import { field } from "../../../platform/http/forms/model.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";

/** A field for a new password, with what the organization asks of it. */
export async function newPasswordField(ctx: Ctx, name: string): Promise<FieldModel> {
  const { min_password_length } = await signInPolicy(ctx.db);
  return field(name, t("New password"), {
    kind: "password",
    is_required: true,
    autocomplete: "new-password",
    hint: t("At least {count} characters; a few words in a row are easy to remember and hard to guess.", {
      count: min_password_length,
    }),
    span: 6,
  });
}
