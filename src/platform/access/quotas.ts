import type { Ctx, Work } from "../context.ts";
import { conflict, tooLarge } from "../errors.ts";
import { t } from "../language/index.ts";

/** What an organization may have at most, as its operator has said; without an operator there are no limits. */

/** Refuses one more staff account (409) when all seats are taken. Units of an organization take turns, so the count holds. */
export async function takeSeat(work: Work): Promise<void> {
  const { staff } = work.tenant.limits;
  if (staff === null) return;
  const { count } = await work.db
    .selectFrom("users")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_type", "=", "staff")
    .where("deactivated_at", "is", null)
    .executeTakeFirstOrThrow();
  if (Number(count) < staff) return;
  throw conflict(
    t(
      "All {count, plural, one {# staff seat is} other {# staff seats are}} taken. Deactivate somebody, or ask for more.",
      {
        count: staff,
      },
    ),
    "no_seat",
  );
}

/** Refuses uploads (413) that would not fit any more. */
export async function takeStorage(ctx: Pick<Ctx, "app" | "tenant">, bytes: number): Promise<void> {
  const { storage_mb } = ctx.tenant.limits;
  if (storage_mb === null || bytes === 0) return;
  const { used } = await ctx.app.database.read(ctx.tenant.id, (db) =>
    db
      .selectFrom("files")
      .select((eb) => eb.fn.sum<number | null>("file_size").as("used"))
      .executeTakeFirstOrThrow(),
  );
  if (Number(used ?? 0) + bytes <= storage_mb * 1_000_000) return;
  throw tooLarge(t("There is no room left: all files together may have {size} MB.", { size: storage_mb }));
}
