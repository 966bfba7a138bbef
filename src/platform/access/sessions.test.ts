import { expect, spyOn, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram } from "../../../tests/support/program.ts";

test("reading goes on where nothing can be written, and the session is marked once it can", async () => {
  const t = await startTestProgram();
  const administrator = await t.harbor.as("administrator");
  const browser = await signedIn(t, administrator);
  const seen = async (): Promise<string> => {
    const { last_seen_at } = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("sessions")
        .select("last_seen_at")
        .where("user_id", "=", administrator.actor.user_id ?? "")
        .orderBy("last_seen_at", "desc")
        .executeTakeFirstOrThrow(),
    );
    return last_seen_at;
  };
  const before = await seen();
  t.clock.advance(6 * 60_000);
  const full = spyOn(t.app.database, "write").mockRejectedValue(new Error("database or disk is full"));
  expect((await browser.open("/tickets")).status).toBe(200);
  expect((await browser.open("/companies")).status).toBe(200);
  full.mockRestore();
  expect(await seen()).toBe(before);
  await browser.open("/tickets");
  expect(await seen()).toBe(t.clock.now());
  await t.close();
});
