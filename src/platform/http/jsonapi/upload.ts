import { Type } from "@sinclair/typebox";
import { invalidField } from "../../errors.ts";
import type { Upload } from "../../files/files.ts";
import type { ApiInput, Incoming } from "../route.ts";
import { readDocument, refuseMembers } from "./document.ts";

/** A file that comes in over the API: as the part `file` of a multipart form, or as a document with base64 `content`. */

/** What `uploadOf` takes, for the OpenAPI document. */
export const uploadInputs = (type: string): ApiInput[] => [
  {
    media: "multipart/form-data",
    schema: Type.Object({ file: Type.String({ contentMediaType: "application/octet-stream" }) }),
  },
  {
    type,
    attributes: Type.Object(
      {
        file_name: Type.String({ maxLength: 255 }),
        mime_type: Type.Optional(Type.String()),
        content: Type.String({ contentEncoding: "base64" }),
      },
      { additionalProperties: false },
    ),
  },
];

/** The file of a request; `type` is what a document with it is called. */
export async function uploadOf(incoming: Incoming, type: string): Promise<Upload> {
  if (/^multipart\/form-data/i.test(incoming.request.headers.get("content-type") ?? "")) {
    const { files } = await incoming.form();
    const [file] = files;
    if (file === undefined || files.length > 1 || file.field !== "file")
      throw invalidField("file", "Send one file, as the part named “file”.", "required");
    return file;
  }
  const { file_name, mime_type, content, ...others } = readDocument(await incoming.json(), type, null);
  refuseMembers(others);
  if (typeof file_name !== "string" || file_name.trim() === "")
    throw invalidField("file_name", "File name is required.", "required");
  if (mime_type !== undefined && typeof mime_type !== "string")
    throw invalidField("mime_type", "Mime type must be a text.", "invalid_type");
  if (typeof content !== "string")
    throw invalidField("content", "Content is required: the file's bytes in base64.", "required");
  return { name: file_name, type: mime_type ?? "", bytes: fromBase64(content) };
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw invalidField("content", "Content must be base64.", "invalid_format");
  return Buffer.from(text, "base64");
}
