import { addAll } from "../../platform/reference.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { users } from "../../platform/access/schema.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { createCompany } from "../companies/index.ts";
import { openTicket } from "../tickets/index.ts";
import { activeTimer, logTime } from "./index.ts";
import { workTypeSet } from "./reference.ts";

let t: TestProgram;
let technician: Ctx;
let visitor: Visitor;
let acme: string;
let ticketId: string;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  await inUnit(t.harbor.system, (work) => addAll(work, workTypeSet));
  acme = (await perform(technician, createCompany, { name: "Acme" })).id;
  ticketId = (await perform(technician, openTicket, { title: "Printer jams", company_id: acme })).id;
});
beforeEach(async () => {
  t.clock.set(testNow);
  visitor = await signedIn(t, technician);
});
afterAll(() => t.close());

const entries = (): Promise<{ worked_minutes: number; notes: string; is_billable: boolean }[]> =>
  reading(t.harbor.system, (ctx) => ctx.db.selectFrom("time_entries").selectAll().orderBy("id", "desc").execute());

describe("logging time by hand", () => {
  test("takes a ticket alone, and says how it was rounded", async () => {
    await visitor.open(`/time/new?ticket_id=${ticketId}`);
    const done = await visitor.submit("/time/new", { duration: "20", notes: "Cleared the tray" });
    expect(done.text).toContain("30 min logged (20 min worked, rounded).");
    expect((await entries())[0]).toMatchObject({ worked_minutes: 20, notes: "Cleared the tray", is_billable: true });
  });

  test("keeps what was typed when something is wrong, and says what", async () => {
    const before = (await entries()).length;
    await visitor.open("/time/new");
    const again = await visitor.submit("/time/new", { duration: "half an hour", notes: "Kept words" });
    expect(again.status).toBe(422);
    expect(again.text).toContain("is not a duration; write 1:30");
    expect(again.html).toContain("Kept words");
    expect(await entries()).toHaveLength(before);
  });

  test("changes and deletes an entry", async () => {
    const { id } = await perform(technician, logTime, { company_id: acme, duration: "1h" });
    const form = await visitor.open(`/time/${id}/edit`);
    expect(form.html).toContain('value="1:00"');
    await visitor.submit(`/time/${id}/edit`, { is_billable: "false" });
    expect((await entries())[0]).toMatchObject({ worked_minutes: 60, is_billable: false });
    await visitor.open(`/time/${id}/edit`);
    const gone = await visitor.submit(`/time/${id}/delete`);
    expect(gone.text).toContain("Time entry deleted.");
  });

  test("shows somebody else's entry without a way to change it", async () => {
    const { id } = await perform(await t.harbor.as("administrator"), logTime, { company_id: acme, duration: "1h" });
    const page = await visitor.open(`/time/${id}/edit`);
    expect(page.status).toBe(200);
    expect(page.text).toContain("somebody else's time");
    expect(page.html).not.toContain(`/time/${id}/delete`);
  });
});

describe("the list of time", () => {
  test("adds up all that the filters let through", async () => {
    const beta = (await perform(technician, createCompany, { name: "Beta" })).id;
    for (const duration of ["1h", "2h"]) await perform(technician, logTime, { company_id: beta, duration });
    await perform(technician, logTime, { company_id: beta, duration: "30m", is_billable: false, date: "2026-10-01" });
    expect((await visitor.open(`/time?company=${beta}`)).text).toContain("3 h 30 min, 3 h of it billable");
    expect((await visitor.open(`/time?company=${beta}&from=2026-11-01&to=2026-11-30`)).text).toContain(
      "3 h, 3 h of it billable",
    );
    expect((await visitor.open(`/time?company=${beta}&billable=no`)).text).toContain("30 min, 0 min of it billable");
    expect((await visitor.open("/time?billing=not_billed&billable=yes&technician=me")).status).toBe(200);
    const speak = (language: string | null): Promise<unknown> =>
      inUnit(t.harbor.system, (work) => update(work, users, technician.actor.user_id ?? "", { language }));
    await speak("de");
    expect((await visitor.open(`/time?company=${beta}`)).text).toContain("3 Std. 30 Min., davon 3 Std. abrechenbar");
    await speak(null);
  });

  test("bears nonsense in its address", async () => {
    const place = ["-date,-id", "2026-02-29", crypto.randomUUID()];
    for (const query of [
      "technician=x",
      "company='",
      "from=yesterday",
      "to=2026-13-45",
      "billing=x",
      "sort=x&after=x",
      `sort=-date&after=${Buffer.from(JSON.stringify(place)).toString("base64url")}`,
    ]) {
      expect([query, (await visitor.open(`/time?${query}`)).status]).toEqual([query, 200]);
    }
  });
});

describe("the timer in the frame", () => {
  test("starts on a ticket, shows on every page, and is logged by its stop button", async () => {
    await visitor.open("/timer");
    await visitor.submit("/timer/start", { ticket_id: ticketId });
    t.clock.advance(5 * 60_000);
    const page = await visitor.open("/time");
    expect(page.html).toContain(`data-started-at="${testNow}"`);
    const stopped = await visitor.submit("/timer/stop");
    expect(await reading(technician, activeTimer)).toBeNull();
    expect((await entries())[0]).toMatchObject({ worked_minutes: 5 });
    expect(stopped.url).toBe(`/tickets/${ticketId}`);
  });

  test("without a ticket asks whom it was for, goes on meanwhile, and can be discarded", async () => {
    await visitor.open("/timer");
    await visitor.submit("/timer/start");
    await visitor.open("/time");
    const asked = await visitor.submit("/timer/stop");
    expect([asked.status, asked.text.includes("choose a ticket or a company")]).toEqual([422, true]);
    expect(await reading(technician, activeTimer)).not.toBeNull();
    const before = (await entries()).length;
    expect((await visitor.submit("/timer/discard")).text).toContain("nothing was logged");
    expect(await entries()).toHaveLength(before);
  });

  test("a second start leads to the one that runs", async () => {
    await visitor.open("/timer");
    await visitor.submit("/timer/start", { ticket_id: ticketId });
    const again = await visitor.open("/timer");
    expect(again.text).toContain("Stop the timer");
    const token = /name="_csrf" value="([^"]+)"/.exec(again.html)?.[1] ?? "";
    const refused = await visitor.post("/timer/start", { _csrf: token });
    expect([refused.url, refused.text.includes("A timer has been running")]).toEqual(["/timer", true]);
    // Sent by hand: the page has two forms that stop it, the one in the frame and its own.
    await visitor.post("/timer/stop", { _csrf: token, duration: "1:00" });
    expect((await entries())[0]).toMatchObject({ worked_minutes: 60 });
  });
});

describe("settings", () => {
  test("of work types and rounding are the administrator's", async () => {
    expect((await visitor.open("/settings/work-types")).status).toBe(403);
    const administrator = await signedIn(t, await t.harbor.as("administrator"));
    await administrator.open("/settings/work-types/new");
    expect(
      (await administrator.submit("/settings/work-types/new", { name: "Night shift", default_rate: "180" })).text,
    ).toContain("$180.00");
    await administrator.open("/settings/time-rounding");
    const wrong = await administrator.submit("/settings/time-rounding", { increment_minutes: "0" });
    expect([wrong.status, wrong.text.includes("Step must be at least 1")]).toEqual([422, true]);
    await administrator.open("/settings/time-rounding");
    await administrator.submit("/settings/time-rounding", {
      increment_minutes: "6",
      minimum_minutes: "0",
      rounding_method: "nearest",
    });
    expect((await perform(technician, logTime, { company_id: acme, duration: "8" })).duration_minutes).toBe(6);
  });
});

test("the dashboard and the company page tell the hours", async () => {
  expect((await visitor.open("/")).text).toContain("My time today");
  expect((await visitor.open(`/companies/${acme}`)).text).toContain("Unbilled time");
});
