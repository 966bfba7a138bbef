import { type SignIn, writeDemo } from "../../src/demo/index.ts";
import { type Ctx, reading, systemContext } from "../../src/platform/context.ts";
import type { Db } from "../../src/platform/database/tables.ts";
import { loadTenant } from "../../src/platform/tenants.ts";
import { startTestProgram, type TestProgram } from "./program.ts";

/** Everybody's password in the demo of the tests. */
export const demoPassword = "brass-lantern-tide-41";

export interface DemoWorld {
  t: TestProgram;
  ctx: Ctx;
  signIns: SignIn[];
  /** Reads as the system. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/** A program at its first start, with the small demo in it. */
export async function withDemo(seed: number): Promise<DemoWorld> {
  const t = await startTestProgram({ isSetUp: false });
  const { id } = t.harbor;
  const { sign_ins: signIns } = await writeDemo(t.app, id, { size: "small", seed, password: demoPassword });
  const tenant = await t.app.database.read(id, (db) => loadTenant(t.app, db, id));
  const ctx = systemContext(t.app, tenant);
  return { t, ctx, signIns, read: (work) => reading(ctx, ({ db }) => work(db)) };
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
