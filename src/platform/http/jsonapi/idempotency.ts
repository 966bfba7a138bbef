import { plus } from "../../clock.ts";
import { type App, contextOf, type Ctx } from "../../context.ts";
import { hashToken } from "../../crypto/tokens.ts";
import { col, link, table } from "../../database/columns.ts";
import type { Db, TableType } from "../../database/tables.ts";
import { conflict, Failure, malformed } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { clearedAtOnce } from "../../jobs/clear.ts";
import { isNodeAlive } from "../../jobs/nodes.ts";
import { complaint } from "../../log.ts";
import { readBytes } from "../body.ts";
import { defaultMaxBytes, type Route } from "../route.ts";

/**
 * `Idempotency-Key` on POST: a client that does not know whether its request arrived sends it again under the same key and
 * gets the first answer, while the work is done once. Keys are a person's own and are kept for a day.
 */
export const idempotencyKeys = table(
  "idempotency_keys",
  {
    ...link,
    id: col.id(),
    user_id: col.ref("users"),
    key_hash: col.text(),
    /** Of method, address and body: what the key stands for. */
    request_hash: col.text(),
    claimed_at: col.instant(),
    /** The node that works on it. */
    claimed_by: col.maybe.text(),
    /** Set in the transaction of the work itself, so it tells after a crash whether the work was done. */
    committed_at: col.maybe.instant(),
    answered_at: col.maybe.instant(),
    answer_status: col.maybe.integer(),
    /** Headers and body, sealed: an answer may hold an access token or a payment page. */
    answer_sealed: col.maybe.text({ isSecret: true, sealedFor: "idempotency-answers" }),
  },
  { isAudited: false, readPermission: "settings.manage" },
);

declare module "../../database/tables.ts" {
  interface Tables {
    idempotency_keys: TableType<typeof idempotencyKeys>;
  }
}

const notKept = complaint("warn", "the answer to a request could not be kept");
const dayMilliseconds = 24 * 3600_000;
const purpose = "idempotency-answers";
const keptHeaders = ["content-type", "location", "etag"];

/**
 * Runs a POST at most once for its key, and answers its repetitions with the first answer. One that may be done again at any
 * time is done again until it has an answer.
 */
export async function onceForKey(
  ctx: Ctx,
  request: Request,
  { maxBytes = defaultMaxBytes, isRepeatable = false }: Pick<Route, "maxBytes" | "isRepeatable">,
  run: (ctx: Ctx) => Promise<Response>,
): Promise<Response> {
  const key = request.headers.get("idempotency-key");
  const userId = ctx.actor.user_id;
  if (key === null || userId === null) return run(ctx);
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw malformed("Idempotency-Key must be 1 to 255 printable characters without blanks.", "bad_idempotency_key");
  }
  const hash = await hashOf(request, maxBytes);
  const id = newId();
  running.add(id);
  try {
    const kept = await claim(ctx, { id, user_id: userId, key_hash: hashToken(key), request_hash: hash });
    if (kept !== null) return repeated(ctx, kept, hash);
    return await runClaimed(ctx, id, isRepeatable ? run : (inner) => run(marking(inner, id)));
  } finally {
    running.delete(id);
  }
}

/** The claims that this process works on right now. */
const running = new Set<string>();
/** Claims that could not be given back, because the database was not there; with the organization of each. */
const leftBehind = new Map<string, string>();

/** The context for what must not be done twice: each unit of work of it marks the key as used. */
function marking(ctx: Ctx, id: string): Ctx {
  const beforeCommit = async (db: Db): Promise<void> => {
    const { numUpdatedRows } = await db
      .updateTable("idempotency_keys")
      .set({ committed_at: ctx.app.clock.now() })
      .where("id", "=", id)
      .executeTakeFirst();
    // This node was taken for dead and the request came again: whoever has the key now does the work, and we undo ours.
    if (numUpdatedRows === 0n) throw inProgress();
  };
  return contextOf(ctx.app, ctx.tenant, ctx.actor, { ...ctx.request, beforeCommit });
}

async function runClaimed(ctx: Ctx, id: string, run: (ctx: Ctx) => Promise<Response>): Promise<Response> {
  let answer: Response;
  try {
    answer = await run(ctx);
  } catch (error) {
    // Nothing was done, so the next try is judged afresh. After a part was done, the key stays used.
    await release(ctx, id);
    throw error;
  }
  // What was done is done: the client gets its answer even when it cannot be kept for a repetition.
  await keep(ctx, id, answer).catch((error: unknown) => notKept({ request: ctx.request.id, error: String(error) }));
  return answer;
}

type Claim = { id: string; user_id: string; key_hash: string; request_hash: string };

interface Kept {
  request_hash: string;
  answer_status: number | null;
  answer_sealed: string | null;
  /** Whether somebody is still at it. */
  isRunning: boolean;
}

/**
 * Takes the key for this request; null when it is ours now, else what is known of the request that has it. A claim whose
 * process is gone, and that has changed nothing, is taken over.
 */
function claim(ctx: Ctx, wanted: Claim): Promise<Kept | null> {
  const ours = { id: wanted.id, claimed_at: ctx.app.clock.now(), claimed_by: ctx.app.live.node };
  return ctx.app.database.write(ctx.tenant.id, async (db) => {
    await forgetOld(db, wanted, plus(ours.claimed_at, -dayMilliseconds));
    const made = await db
      .insertInto("idempotency_keys")
      .values({ ...wanted, ...ours })
      .onConflict((oc) => oc.columns(["tenant_id", "user_id", "key_hash"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made !== undefined) return null;
    const kept = await db
      .selectFrom("idempotency_keys")
      .select(["id", "request_hash", "claimed_by", "committed_at", "answer_status", "answer_sealed"])
      .where("user_id", "=", wanted.user_id)
      .where("key_hash", "=", wanted.key_hash)
      .executeTakeFirstOrThrow();
    const isOpen = kept.answer_status === null;
    const isRunning = isOpen && (await isAtWork(ctx, db, kept));
    if (!isOpen || isRunning || kept.committed_at !== null || kept.request_hash !== wanted.request_hash)
      return { ...kept, isRunning };
    await db.updateTable("idempotency_keys").set(ours).where("id", "=", kept.id).execute();
    return null;
  });
}

/** Forgets what was claimed so long ago: this very key, and some of all others, so that nobody waits for a long transaction. */
async function forgetOld(db: Db, { user_id, key_hash }: Claim, before: string): Promise<void> {
  await db
    .deleteFrom("idempotency_keys")
    .where("claimed_at", "<", before)
    .where((eb) =>
      eb.or([
        eb.and({ user_id, key_hash }),
        eb(
          "id",
          "in",
          eb.selectFrom("idempotency_keys").select("id").where("claimed_at", "<", before).limit(clearedAtOnce),
        ),
      ]),
    )
    .execute();
}

/** Whether the process that has a claim is still working on it. */
async function isAtWork(
  ctx: Ctx,
  db: Db,
  { id, claimed_by }: { id: string; claimed_by: string | null },
): Promise<boolean> {
  if (claimed_by === ctx.app.live.node) return running.has(id);
  return claimed_by !== null && (await isNodeAlive(ctx.app, db, claimed_by));
}

function repeated(ctx: Ctx, kept: Kept, hash: string): Response {
  if (kept.request_hash !== hash) {
    throw new Failure(
      422,
      "idempotency_key_reused",
      "This Idempotency-Key belongs to another request; take a new one.",
    );
  }
  if (kept.answer_status !== null && kept.answer_sealed !== null) {
    const { headers, body } = JSON.parse(
      ctx.app.keyring.open(purpose, ctx.tenant.id, kept.answer_sealed),
    ) as KeptAnswer;
    return new Response(body === "" ? null : body, {
      status: kept.answer_status,
      headers: { ...headers, "idempotent-replayed": "true" },
    });
  }
  if (kept.isRunning) throw inProgress();
  throw conflict(
    "The first request with this Idempotency-Key was carried out, but its answer was lost. Look for its result before you send it again with a new key.",
    "answer_lost",
  );
}

function inProgress(): Failure {
  return new Failure(
    409,
    "request_in_progress",
    "The first request with this Idempotency-Key is still being worked on.",
    [],
    1,
  );
}

interface KeptAnswer {
  headers: Record<string, string>;
  body: string;
}

async function keep(ctx: Ctx, id: string, answer: Response): Promise<void> {
  const headers = Object.fromEntries(
    keptHeaders.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? ""]] : [])),
  );
  const kept: KeptAnswer = { headers, body: await answer.clone().text() };
  const answer_sealed = ctx.app.keyring.seal(purpose, ctx.tenant.id, JSON.stringify(kept));
  await ctx.app.database.write(ctx.tenant.id, (db) =>
    db
      .updateTable("idempotency_keys")
      .set({ answered_at: ctx.app.clock.now(), answer_status: answer.status, answer_sealed })
      .where("id", "=", id)
      .execute(),
  );
}

/** Gives a key back unless something was done under it. While the database is away that is left for `releaseLeftBehind`. */
async function release(ctx: Ctx, id: string): Promise<void> {
  leftBehind.set(id, ctx.tenant.id);
  await releaseLeftBehind(ctx.app).catch(() => undefined);
}

/** Gives back what could not be given back before, so that other nodes need not wait for this one. */
export async function releaseLeftBehind(app: App): Promise<void> {
  for (const [id, tenantId] of leftBehind) {
    await app.database.write(tenantId, (db) =>
      db.deleteFrom("idempotency_keys").where("id", "=", id).where("committed_at", "is", null).execute(),
    );
    leftBehind.delete(id);
  }
}

async function hashOf(request: Request, maxBytes: number): Promise<string> {
  const { pathname, search } = new URL(request.url);
  const body = await readBytes(request.clone() as Request, maxBytes);
  const hasher = new Bun.CryptoHasher("sha256").update(
    `${request.method} ${pathname}${search}\n${request.headers.get("content-type") ?? ""}\n`,
  );
  return hasher.update(body).digest("hex");
}
