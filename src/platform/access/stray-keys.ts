import { type Ctx, inUnit } from "../context.ts";
import { emit } from "../events/outbox.ts";
import { keyRefusedAtAddress } from "./events.ts";

/** Of so many addresses one key's holders are told; whoever asks from more has been told of enough. */
const mostTold = 50;

/** Tells that a key was refused for the address that it was used from, once for each address: who holds it may be a stranger. */
export async function tellOfStrayKey(ctx: Ctx, id: string): Promise<void> {
  const { ip } = ctx.request;
  const isTold = ({ refused_ips }: { refused_ips: string[] }): boolean =>
    refused_ips.includes(ip) || refused_ips.length >= mostTold;
  const known = await ctx.app.database.read(ctx.tenant.id, (db) =>
    db.selectFrom("api_keys").select("refused_ips").where("id", "=", id).executeTakeFirst(),
  );
  if (known === undefined || isTold(known)) return;
  await inUnit(ctx, async (work) => {
    const key = await work.db
      .selectFrom("api_keys")
      .select(["name", "user_id", "refused_ips"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (isTold(key)) return;
    await work.db
      .updateTable("api_keys")
      .set({ refused_ips: [ip, ...key.refused_ips] })
      .where("id", "=", id)
      .execute();
    await emit(work, keyRefusedAtAddress, {
      api_key_id: id,
      key_name: key.name,
      user_id: key.user_id,
      ip_address: ip,
    });
  });
}
