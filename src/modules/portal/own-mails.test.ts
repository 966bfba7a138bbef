import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { setOwnMails } from "./own-mails.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

test("which mails somebody of a client's wants is written down as their own choice", async () => {
  const { portal, contact_id } = await makeClient(t, "Prairie Printing");
  await perform(portal, setOwnMails, { is_receipt_mailed: false });
  const entries = await reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("audit_log")
      .select(["user_id", "actor_name", "new_values"])
      .where("entity_id", "=", contact_id)
      .where("action", "=", "update")
      .execute(),
  );
  const { user_id, name: actor_name } = portal.actor;
  expect(entries).toContainEqual({ user_id, actor_name, new_values: { is_receipt_mailed: false } });
});
