import { type SignInPolicy, signInPolicy } from "../../../platform/access/policy.ts";
import type { Ctx } from "../../../platform/context.ts";
import { field } from "../../../platform/http/forms/model.ts";
import type { FieldModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";

/** What an organization asks of a new password, in a sentence. */
export function newPasswordHint(rules: Pick<SignInPolicy, "min_password_length" | "min_character_kinds">): string {
  const count = rules.min_password_length;
  // Words in a row are advice for those who may write nothing but words.
  return rules.min_character_kinds <= 2
    ? t("At least {count} characters; a few words in a row are easy to remember and hard to guess.", { count })
    : t(
        "At least {count} characters, and {kinds} of these four: capital letters, small letters, digits, other characters.",
        { count, kinds: rules.min_character_kinds },
      );
}

/** A field for a new password, with what the organization asks of it. */
export async function newPasswordField(ctx: Ctx, name: string): Promise<FieldModel> {
  return field(name, t("New password"), {
    kind: "password",
    is_required: true,
    autocomplete: "new-password",
    hint: newPasswordHint(await signInPolicy(ctx.db)),
    span: 6,
  });
}
