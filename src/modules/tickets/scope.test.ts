import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { browserHeaders, type Headers } from "../../../tests/support/everything.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { inUnit } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { makeApiKey, setRoles } from "../staff/index.ts";

let t: TestProgram;
let admin: string;
let api: RecordApi;
let company: string;
/** Kim's browser; Kim sees own tickets only. */
let browser: Headers;
/** A ticket of nobody's, one of Kim's team and one of Kim's own, with a note and a file on each. */
const ids = { other: "", team: "", own: "" };
const keys = { team: "", own: "", both: "" };

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  api = recordApi(t, admin);
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  const { company_id } = await makeClient(t, "Reach Ltd");
  company = company_id;
  const kim = await makeStaff(t.harbor, "technician", "Kim");
  const rest = ["companies.read", "tickets.write"];
  const team = await api.made("roles", "roles", { name: "Of the team", permissions: [...rest, "tickets.read:team"] });
  const own = await api.made("roles", "roles", { name: "Own", permissions: [...rest, "tickets.read:own"] });
  const one = await api.made("teams", "teams", { name: "Blue", member_ids: [kim.id], lead_ids: [kim.id] });
  const other = await api.made("teams", "teams", { name: "Red" });
  const ticket = (title: string, given: Record<string, unknown>): Promise<string> =>
    api.made("tickets", "tickets", { title: `Walrus ${title}`, company_id, ...given });
  ids.other = await ticket("other", { team_id: other });
  ids.team = await ticket("team", { team_id: one });
  ids.own = await ticket("own", { assigned_to_id: kim.id });
  for (const id of Object.values(ids)) {
    await api.made(`tickets/${id}/notes`, "ticket_notes", { content: "Seen", note_type: "public" });
    await api.made(`tickets/${id}/attachments`, "ticket_attachments", { file_name: "a.txt", content: btoa("seen") });
  }
  const members = [kim.id];
  const keyWith = async (roles: string[]): Promise<string> => {
    const person = await makeStaff(t.harbor, "technician", "Kim too");
    await inUnit(t.harbor.system, (work) => setRoles(work, person.id, roles));
    members.push(person.id);
    await t.api("PATCH", `/api/v1/teams/${one}`, {
      key: admin,
      body: { data: { type: "teams", id: one, attributes: { member_ids: members } } },
    });
    return (await inUnit(t.harbor.system, (work) => makeApiKey(work, person.id, { name: "k" }))).key;
  };
  await inUnit(t.harbor.system, (work) => setRoles(work, kim.id, [own]));
  browser = await browserHeaders(t, await t.harbor.actorContext(kim.id));
  keys.own = (await inUnit(t.harbor.system, (work) => makeApiKey(work, kim.id, { name: "k" }))).key;
  keys.both = await keyWith([own, team]);
  keys.team = await keyWith([team]);
});
afterAll(() => t.close());

const idsIn = async (path: string, key: string, column?: string): Promise<string[]> => {
  const { body } = await t.api("GET", `/api/v1/${path}`, { key });
  return body.data.map((one: { id: string; attributes: Record<string, string> }) =>
    column === undefined ? one.id : one.attributes[column],
  );
};

describe("somebody whose role reaches", () => {
  test("own tickets sees these and nothing of others: list, record, notes, files, search", async () => {
    expect(await idsIn("tickets", keys.own)).toEqual([ids.own]);
    expect(await idsIn("tickets?filter[q]=Walrus", keys.own)).toEqual([ids.own]);
    expect(await idsIn("ticket-notes", keys.own, "ticket_id")).toEqual([ids.own]);
    expect(await idsIn("ticket-attachments", keys.own, "ticket_id")).toEqual([ids.own]);
    for (const path of ["", "/notes", "/attachments", "/activity"])
      expect((await t.api("GET", `/api/v1/tickets/${ids.team}${path}`, { key: keys.own })).status).toBe(404);
    const answer = await t.api("PATCH", `/api/v1/tickets/${ids.other}`, {
      key: keys.own,
      body: { data: { type: "tickets", id: ids.other, attributes: { title: "Mine" } } },
    });
    expect(answer.status).toBe(404);
  });

  test("own tickets gets no others by including them with a record that is within reach", async () => {
    const all = await t.api("GET", `/api/v1/companies/${company}?include=tickets`, { key: admin });
    expect(all.body.included.map(({ id }: { id: string }) => id).toSorted()).toEqual(Object.values(ids).toSorted());
    const own = await t.api("GET", `/api/v1/companies/${company}?include=tickets`, { key: keys.own });
    expect(own.body.included.map(({ id }: { id: string }) => id)).toEqual([ids.own]);
  });

  test("own tickets gets no others as a file", async () => {
    const fileOf = async (key: string): Promise<string> =>
      (await t.fetch("/api/v1/tickets", { headers: { authorization: `Bearer ${key}`, accept: "text/csv" } })).text();
    const titles = (file: string): string[] => [...file.matchAll(/Walrus \w+/g)].map(([title]) => title).toSorted();
    expect(titles(await fileOf(admin))).toEqual(["Walrus other", "Walrus own", "Walrus team"]);
    expect(titles(await fileOf(keys.own))).toEqual(["Walrus own"]);
  });

  test("own tickets finds no others in the search and in the palette", async () => {
    for (const path of ["/search?q=Walrus", "/palette?q=Walrus"]) {
      const html = await (await t.fetch(path, { headers: browser })).text();
      expect({ path, titles: [...new Set(html.match(/Walrus \w+/g) ?? [])] }).toEqual({ path, titles: ["Walrus own"] });
    }
  });

  test("the team's tickets sees those of the own teams, and no others", async () => {
    expect(await idsIn("tickets", keys.team)).toEqual([ids.team]);
    expect(await idsIn("ticket-notes", keys.team, "ticket_id")).toEqual([ids.team]);
  });

  test("both sees by the wider", async () => {
    expect(await idsIn("tickets", keys.both)).toEqual([ids.team]);
  });
});
