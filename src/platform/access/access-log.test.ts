import { expect, test } from "bun:test";
import { newId } from "../ids.ts";
import { fixedClock } from "../../../tests/support/clock.ts";
import { contextOf } from "../context.ts";
import type { Database } from "../database/database.ts";
import { nobody } from "./actor.ts";
import { journalOf } from "./access-log.ts";

test("while the database takes no writes each flush tries once and keeps what it has for the next", async () => {
  let tries = 0;
  let isFull = true;
  const database = {
    write: async () => {
      tries += 1;
      if (isFull && tries < 50) throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    },
  } as unknown as Database;
  const journal = journalOf({ database, clock: fixedClock("2026-11-21T09:00:00.000Z") });
  const ctx = contextOf({} as never, { id: newId() } as never, nobody);
  journal.request(ctx, { method: "GET", path: "/api/v1/tickets", status: 200, milliseconds: 3 });
  await journal.flush();
  await journal.flush();
  expect(tries).toBe(2);
  isFull = false;
  await journal.flush();
  await journal.flush();
  expect(tries).toBe(3);
});
