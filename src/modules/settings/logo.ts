import type { Ctx } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { type StoredBytes, storeUploads, type Upload } from "../../platform/files/files.ts";
import type { UploadedForm } from "../../platform/http/forms/form.ts";
import { t } from "../../platform/language/index.ts";
import { isDrawable, mostPixels, sizeOf } from "../../platform/pdf/image.ts";

const largest = 2 * 1024 * 1024;
/** The largest request with a logo: in base64, or with the other fields of its form. */
export const mostLogoBytes = 4 * 1024 * 1024;

/** The logo of a sent form, looked at and stored; null when there is none. */
export async function logoOf(ctx: Ctx, form: UploadedForm): Promise<StoredBytes | null> {
  const upload = form.files.find((file) => file.field === "logo" && file.bytes.length > 0);
  return upload === undefined ? null : storeLogo(ctx, upload, "logo");
}

/**
 * A logo, looked at and stored. What it really is counts, not what its name says, and how large it says it is counts before it
 * is unpacked. `field` is what it was sent as.
 */
export async function storeLogo(ctx: Ctx, upload: Upload, field: string): Promise<StoredBytes> {
  if (upload.bytes.length > largest) throw invalidField(field, t("The logo is larger than 2 MB."), "too_large");
  const type = imageType(upload.bytes);
  const size = type === null ? null : sizeOf(upload.bytes);
  if (size !== null && size.width * size.height > mostPixels)
    throw invalidField(
      field,
      t(
        "The logo is {width} by {height} pixels, which is more than 2 million. Make it smaller, such as 1,000 wide.",
        size,
      ),
      "too_large",
    );
  if (type === null || !isDrawable(upload.bytes))
    throw invalidField(field, t("The logo must be a PNG or JPEG picture."));
  const [stored] = await storeUploads(ctx, [{ ...upload, type }], field);
  if (stored === undefined) throw new Error("the logo was not stored");
  return stored;
}

/** PNG and JPEG by their first bytes. */
function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  if (start === "89504e470d0a1a0a") return "image/png";
  return start.startsWith("ffd8ff") ? "image/jpeg" : null;
}
