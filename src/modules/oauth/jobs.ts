import { plus } from "../../platform/clock.ts";
import type { Ctx } from "../../platform/context.ts";
import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";

/** Codes and tokens are kept for a month after their end, so that one shown again is known for what it is. */
const keptMilliseconds = 30 * 86_400_000;

export const oauthJobs: Job[] = [
  {
    name: "oauth.forget_old_tokens",
    schedule: "17 3 * * *",
    run: async (ctx: Ctx) => {
      const before = plus(ctx.app.clock.now(), -keptMilliseconds);
      await clearInPieces(
        ctx,
        (db) => db.selectFrom("oauth_codes").select("id").where("expires_at", "<", before),
        (db, ids) => db.deleteFrom("oauth_codes").where("id", "in", ids).execute(),
      );
      await clearInPieces(
        ctx,
        (db) =>
          db
            .selectFrom("oauth_tokens")
            .select("id")
            .where("expires_at", "<", before)
            .where((eb) => eb.or([eb("refresh_expires_at", "is", null), eb("refresh_expires_at", "<", before)])),
        (db, ids) => db.deleteFrom("oauth_tokens").where("id", "in", ids).execute(),
      );
      // Of an app that acts by itself nobody's consent is lost: with its next token it has a grant again.
      await clearInPieces(
        ctx,
        (db) =>
          db
            .selectFrom("oauth_grants")
            .innerJoin("oauth_clients", (join) =>
              join
                .onRef("oauth_clients.id", "=", "oauth_grants.client_id")
                .onRef("oauth_clients.service_user_id", "=", "oauth_grants.user_id"),
            )
            .select("oauth_grants.id")
            .where((eb) =>
              eb.not(
                eb.exists(
                  eb.selectFrom("oauth_tokens").select("oauth_tokens.id").whereRef("grant_id", "=", "oauth_grants.id"),
                ),
              ),
            ),
        (db, ids) => db.deleteFrom("oauth_grants").where("id", "in", ids).execute(),
      );
    },
  },
];
