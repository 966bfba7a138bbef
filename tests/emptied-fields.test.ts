import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Ctx } from "../src/platform/context.ts";
import { browserHeaders, type Everything, makeEverything } from "./support/everything.ts";
import { formsOf, type ShownForm } from "./support/forms.ts";
import { placesOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(120_000);

/** Every form that changes something: what is emptied in it is empty afterwards, or refused at its field. */
let t: TestProgram;
let e: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  e = await makeEverything(t);
});
afterAll(() => t.close());

const written = ["text", "number", "date", "time", "datetime-local", "email", "url", "tel", "color", "textarea"];

interface Checked {
  /** Fields that were emptied, by form. */
  count: number;
  problems: string[];
}

async function emptyEach(who: Ctx, door: "staff" | "portal"): Promise<Checked> {
  const headers = await browserHeaders(t, who);
  const checked: Checked = { count: 0, problems: [] };
  const open = async (path: string): Promise<ShownForm[]> => {
    const answer = await t.fetch(path, { headers });
    const isPage = answer.status === 200 && answer.headers.get("content-type")?.includes("text/html") === true;
    return isPage ? formsOf(await answer.text()) : [];
  };
  for (const { path } of placesOf(t, e.ids, door)) {
    for (const { action, method, fields } of await open(path)) {
      if (method !== "post" || makes.test(action)) continue;
      for (const { name, kind, value } of fields) {
        if (!written.includes(kind) || value === "") continue;
        const form = (await open(path)).find((one) => one.action === action && one.method === "post");
        const body = new URLSearchParams(
          (form?.fields ?? []).map((one): [string, string] => [one.name, one.name === name ? "" : one.value]),
        );
        const answer = await t.fetch(action, { method: "POST", headers, body });
        const fieldOf = (forms: ShownForm[]): ShownForm["fields"][number] | undefined =>
          forms.find((one) => one.action === action)?.fields.find((one) => one.name === name);
        checked.count += 1;
        const what = `${path} ${name} (${value.slice(0, 30)}): ${answer.status}`;
        if (answer.status === 422) {
          const shown = fieldOf(await formsOf(await answer.text()));
          if (shown?.isInvalid !== true) checked.problems.push(`${what}, not said at the field`);
          else if (shown.value !== "") checked.problems.push(`${what}, what was typed is lost`);
        } else if (answer.status !== 303) checked.problems.push(what);
        else if (fieldOf(await open(path))?.value === value) checked.problems.push(`${what}, kept as it was`);
      }
    }
  }
  return checked;
}

/** What makes something new has values of its own for what is left empty, or says something that is not there yet. */
const makes = /\/(new|payment|from-time|notes|reply)\b|\/standard-data\//;

test("what staff empty in a form is empty afterwards, or refused at its field", async () => {
  const { count, problems } = await emptyEach(await t.harbor.as("administrator"), "staff");
  expect(problems).toEqual([]);
  expect(count).toBeGreaterThan(60);
});

test("what clients empty in a form is empty afterwards, or refused at its field", async () => {
  const { count, problems } = await emptyEach(e.client, "portal");
  expect(problems).toEqual([]);
  expect(count).toBeGreaterThan(1);
});
