import { expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram } from "../../../../tests/support/program.ts";
import { openTicket } from "../../../modules/tickets/index.ts";
import { find } from "../../access/reach.ts";
import { perform } from "../../action.ts";
import { reading } from "../../context.ts";

test("a form that somebody else was faster with says what stands there now, and keeps what was typed", async () => {
  const t = await startTestProgram();
  const administrator = await t.harbor.as("administrator");
  const { company_id } = await makeClient(t, "Twice Edited");
  const ticket = await perform(administrator, openTicket, { title: "Old title", company_id });
  const [one, other] = [await signedIn(t, administrator), await signedIn(t, administrator)];
  for (const [path, first, second, told] of [
    [`/companies/${company_id}/edit`, { industry: "Bakery" }, { phone: "+1 555 0100" }, "Now it says: Bakery"],
    [`/tickets/${ticket.id}/edit`, { title: "New title" }, { title: "Newer title" }, "Now it says: New title"],
  ] as const) {
    await one.open(path);
    await other.open(path);
    expect((await one.submit(path, first)).status).toBe(200);
    const refused = await other.submit(path, second);
    expect(refused.status).toBe(412);
    expect(refused.text).toContain("Somebody else has changed this record");
    expect(refused.text.split("Now it says:")).toHaveLength(path.includes("companies") ? 3 : 2);
    expect(refused.text).toContain(told);
    for (const typed of Object.values(second)) expect(refused.html).toContain(`value="${typed}"`);
    // Sending it again is a choice now.
    expect((await other.submit(path, second)).status).toBe(200);
  }
  const stored = await reading(t.harbor.system, (reader) => find(reader, "tickets", ticket.id));
  expect(stored.title).toBe("Newer title");
  await t.close();
});
