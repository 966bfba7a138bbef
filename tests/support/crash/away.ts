import type { Rows } from "./rows.ts";
import { ask, documentOf, type Stage } from "./stage.ts";

/** What is answered while the database is away, by whom and how it was asked. */

const sentences = {
  en: "The data cannot be reached or written just now. Try again in a moment.",
  de: "Die Daten können gerade nicht erreicht oder geschrieben werden. Versuchen Sie es gleich noch einmal.",
};

interface Question {
  what: string;
  ask(): Promise<Response>;
  language: keyof typeof sentences;
}

/** Asks the same things about once a second for so long; answers what was not said as it should be, and how often was asked. */
export async function askedWhileAway(stage: Stage, seconds: number): Promise<{ asked: number; wrong: string[] }> {
  const { one, key, companies } = stage;
  const page = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(one.url + path, { headers, redirect: "manual" });
  const ticket = documentOf("tickets", { title: "Away", company_id: companies[0]?.id });
  const questions: Question[] = [
    {
      what: "a program that writes",
      ask: () => ask(one.url, key, "POST", "/tickets", ticket, { "idempotency-key": crypto.randomUUID() }),
      language: "en",
    },
    { what: "a program that reads", ask: () => ask(one.url, key, "GET", "/tickets"), language: "en" },
    { what: "a page", ask: () => page("/sign-in", { "accept-language": "en" }), language: "en" },
    { what: "a page in German", ask: () => page("/tickets", { "accept-language": "de-AT,de" }), language: "de" },
    {
      what: "a part of a page",
      ask: () => page("/tickets", { "hx-request": "true", "accept-language": "de" }),
      language: "de",
    },
  ];
  const wrong: string[] = [];
  let asked = 0;
  const end = performance.now() + seconds * 1000;
  do {
    for (const { what, ask: put, language } of questions) {
      asked += 1;
      const answer = await put();
      const text = await answer.text();
      if (answer.status !== 503 || answer.headers.get("retry-after") !== "30" || !text.includes(sentences[language]))
        wrong.push(`${what}: ${answer.status} ${answer.headers.get("retry-after")} ${text.slice(0, 300)}`);
    }
    const ready = await fetch(`${one.url}/readyz`);
    if (ready.status !== 503) wrong.push(`/readyz: ${ready.status}`);
    if ((await fetch(`${one.url}/livez`)).status !== 200) wrong.push("/livez is not well");
    await Bun.sleep(Math.min(1000, Math.max(0, end - performance.now())));
  } while (performance.now() < end);
  return { asked, wrong };
}

/** Attempts that an outage has used up, of whatever could not help it. */
export async function attemptsUsedUp(rows: Rows): Promise<string[]> {
  const used: string[] = [];
  for (const [table, what] of [
    ["event_deliveries", "handler"],
    ["mails", "subject"],
  ] as const)
    for (const row of await rows.all(`select ${what} as what, attempts, last_error from ${table} where attempts > 0`))
      used.push(`${table}: ${row["what"]} has used up ${row["attempts"]}: ${row["last_error"]}`);
  return used;
}
