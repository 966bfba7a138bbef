import { Kind, type TSchema, Type, TypeRegistry } from "@sinclair/typebox";
import { col, readOnly, record, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import { type Ctx, reading, refuseWhileHeld, type Work } from "../context.ts";
import { takeStorage } from "../access/quotas.ts";
import { insert } from "../database/records.ts";
import { invalidField } from "../errors.ts";
import { t } from "../language/index.ts";

/** A file as people know it; its bytes stand encrypted under their hash in the file store. */
export const files = table(
  "files",
  {
    ...record,
    sha256: readOnly(col.text()),
    file_name: col.text(),
    file_size: readOnly(col.integer()),
    mime_type: readOnly(col.text()),
    uploaded_by_id: readOnly(col.maybe.ref("users")),
  },
  { readPermission: "nobody" },
);

declare module "../database/tables.ts" {
  interface Tables {
    files: TableType<typeof files>;
  }
}

const megabyte = 1024 * 1024;
/** Largest upload, in bytes (PRD: 50 MB). */
export const largestFile = 50 * megabyte;

export interface Upload {
  name: string;
  type: string;
  bytes: Uint8Array;
}

/**
 * Bytes that have been stored, under a name. An action that is given them takes them for what they are said to be, so only
 * code that has stored them makes one of these: nothing that a request says can be one.
 */
export class StoredBytes {
  constructor(
    readonly sha256: string,
    readonly size: number,
    readonly name: string,
    readonly type: string,
  ) {}
}

TypeRegistry.Set("StoredBytes", (_: TSchema, value: unknown) => value instanceof StoredBytes);

/** How an action's input asks for stored bytes. */
export const storedBytes = Type.Unsafe<StoredBytes>({ [Kind]: "StoredBytes" });

/**
 * Writes the bytes of uploads, before the unit of work that refers to them: bytes that nothing refers to do no harm. None may
 * have more than `largest` bytes, whole megabytes.
 */
export async function storeUploads(
  ctx: Ctx,
  uploads: readonly Upload[],
  field = "files",
  largest = largestFile,
): Promise<StoredBytes[]> {
  const stored: StoredBytes[] = [];
  await takeStorage(
    ctx,
    uploads.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  for (const upload of uploads) {
    if (upload.bytes.length > largest)
      throw invalidField(
        field,
        t("{name} is larger than {most} MB.", { name: upload.name, most: largest / megabyte }),
        "too_large",
      );
    const { sha256, size } = await ctx.app.files.put(ctx.tenant.id, upload.bytes);
    const type = upload.type === "" ? "application/octet-stream" : upload.type;
    stored.push(new StoredBytes(sha256, size, cleanName(upload.name), type));
  }
  return stored;
}

/** Adds the record of a stored file. */
export async function addFile(work: Work, stored: StoredBytes): Promise<string> {
  const row = await insert(work, files, {
    sha256: stored.sha256,
    file_name: stored.name,
    file_size: stored.size,
    mime_type: stored.type,
    uploaded_by_id: work.actor.user_id,
  });
  return row.id;
}

const longestName = 200;

/**
 * A name without folders, control characters or anything a header could break on, and without the marks that turn the order
 * of letters around: `gpj.exe` would be read as a picture. One that is too long keeps its ending.
 */
function cleanName(name: string): string {
  const clean = name
    .replace(/^.*[\\/]/, "")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\u0000-\u001f\u007f"<>|:*?]/g, "_")
    .trim();
  if (clean.length <= longestName) return clean === "" ? "file" : clean;
  const ending = /\.[^.\s]{1,20}$/.exec(clean)?.[0] ?? "";
  return clean.slice(0, longestName - ending.length).toWellFormed() + ending;
}

/** The bytes of a stored file, for a request; outside of reads and units of work. */
export async function bytesOf(ctx: Ctx, sha256: string): Promise<Uint8Array> {
  refuseWhileHeld(ctx);
  return ctx.app.files.get(ctx.tenant.id, sha256);
}

/**
 * A file as a download: the one that `find` finds within reach. Whatever it is, the browser saves it and never renders it from
 * our origin: a picture or a page that a stranger uploaded must not run here.
 */
export async function downloadOf(
  ctx: Ctx,
  find: (reader: Ctx) => Promise<{ sha256: string; file_name: string }>,
): Promise<Response> {
  const file = await reading(ctx, find);
  const bytes = await bytesOf(ctx, file.sha256);
  const ascii = file.file_name.replace(/[^\x20-\x7e]/g, "_").replace(/["\\]/g, "_");
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(file.file_name)}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    },
  });
}
