import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OperatorProblem } from "../config/problem.ts";

/** The format written here; a reader refuses higher ones. */
export const manifestFormat = 1;

/** What a stored file is called in an archive, as below the data directory. Safe as a path: no dots, three levels. */
export const storedFileName = /^files\/[0-9a-f-]{36}\/[0-9a-f]{2}\/[0-9a-f]{64}$/;

const sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });
const bytes = Type.Integer({ minimum: 0 });

const shape = Type.Object({
  format: Type.Literal(manifestFormat),
  /** ISO-8601 UTC. */
  created_at: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$" }),
  purser_version: Type.String(),
  /** The last migration of the database; null when it has none. */
  schema_version: Type.Union([Type.String(), Type.Null()]),
  database: Type.Object({ sha256, bytes }),
  files: Type.Object({
    count: Type.Integer({ minimum: 0 }),
    bytes,
    /** The hash of each file as it is stored, encrypted: can be checked without the key. */
    list: Type.Array(Type.Object({ name: Type.String({ pattern: storedFileName.source }), sha256, bytes })),
  }),
  /** Which master key the data needs; null when there was none. */
  key_id: Type.Union([Type.String({ pattern: "^[0-9a-f]{8}$" }), Type.Null()]),
  includes_key: Type.Boolean(),
});

/** What a backup says about itself; always the first entry of the archive. */
export type Manifest = Static<typeof shape>;

/** Reads a manifest; throws OperatorProblem `configuration` when a newer Purser wrote it, `failed` when it is broken. */
export function parseManifest(text: string): Manifest {
  const value = parseJson(text);
  if (typeof value === "object" && value !== null && "format" in value && typeof value.format === "number") {
    if (value.format > manifestFormat) {
      throw new OperatorProblem("configuration", "this backup was made by a newer Purser; use that one to restore it");
    }
  }
  if (Value.Check(shape, value)) return value;
  throw new OperatorProblem("failed", "the backup's manifest is damaged");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
