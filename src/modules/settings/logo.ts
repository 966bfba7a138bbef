import { perform } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { storeUploads } from "../../platform/files/files.ts";
import type { UploadedForm } from "../../platform/http/forms/form.ts";
import { t } from "../../platform/language/index.ts";
import { setLogo } from "./actions.ts";

const largest = 2 * 1024 * 1024;

/** Takes the logo of a sent form, when there is one. What it really is counts, not what its name says. */
export async function takeLogo(ctx: Ctx, form: UploadedForm): Promise<void> {
  const upload = form.files.find((file) => file.field === "logo" && file.bytes.length > 0);
  if (upload === undefined) return;
  if (upload.bytes.length > largest) throw invalidField("logo", t("The logo is larger than 2 MB."), "too_large");
  const type = imageType(upload.bytes);
  if (type === null) throw invalidField("logo", t("The logo must be a PNG or JPEG picture."));
  const [stored] = await storeUploads(ctx, [{ ...upload, type }], "logo");
  if (stored !== undefined) await perform(ctx, setLogo, { file: stored });
}

/** PNG and JPEG by their first bytes. */
function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  if (start === "89504e470d0a1a0a") return "image/png";
  return start.startsWith("ffd8ff") ? "image/jpeg" : null;
}
