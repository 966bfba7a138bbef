/** A hundred people who are signed in, and what they work on. */

/** Somebody in a browser: what each of their requests carries. */
export interface User {
  headers: Record<string, string>;
}

/** Records to look at and write to, drawn before measuring. */
export interface Subjects {
  tickets: string[];
  companies: string[];
  workTypes: string[];
  words: string[];
}

const mostAtOnce = 4;

/** The demo's administrator, whose name follows from the seed. */
const administrator = "morgan.hale@harborit.example";

/**
 * Signs in by the form, as a browser does. Each comes from an address of its own, or the limit on attempts from one
 * address would stop the hundredth.
 */
async function signIn(url: string, email: string, password: string, index: number): Promise<User> {
  const from = { "x-forwarded-for": `10.77.${Math.floor(index / 250)}.${1 + (index % 250)}` };
  const page = await fetch(`${url}/sign-in`, { headers: from });
  const visitor = cookiesOf(page);
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  const answer = await fetch(`${url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { ...from, cookie: visitor },
    body: new URLSearchParams({ _csrf, email, password }),
  });
  const cookie = cookiesOf(answer);
  if (answer.status !== 303 || cookie === "")
    throw new Error(`${email} could not sign in: ${answer.status} ${await answer.text()}`);
  const headers = { ...from, cookie };
  const home = await (await fetch(`${url}/tickets`, { headers })).text();
  const token = /"X-CSRF-Token":"([^"]+)"/.exec(home)?.[1];
  if (token === undefined) throw new Error(`${email} has signed in and sees no page`);
  return { headers: { ...headers, "x-csrf-token": token } };
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .filter((pair) => !pair.endsWith("="))
    .join("; ");
}

export type Document = {
  data: { id: string; attributes: Record<string, unknown> }[];
  links?: { next?: string | null };
};

/** A request to the API, a POST where there is something to send. */
export async function api<T = Document>(url: string, { headers }: User, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    headers: { ...headers, "content-type": "application/vnd.api+json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** All pages of a list. */
export async function all(url: string, user: User, path: string): Promise<Document["data"]> {
  const found: Document["data"] = [];
  for (let next: string | null = path; next !== null;) {
    const { data, links }: Document = await api(url, user, next);
    found.push(...data);
    next = links?.next?.replace(/^.*\/api\/v1/, "") ?? null;
  }
  return found;
}

/** Signs in the administrator, and `count` sessions of those who work on tickets, some of them several times. */
export async function signInAll(
  url: string,
  password: string,
  count: number,
): Promise<{ boss: User; users: User[]; subjects: Subjects }> {
  const boss = await signIn(url, administrator, password, 0);
  const { data: roles } = await api(url, boss, "/roles");
  const technician = roles.find(({ attributes }) => attributes["name"] === "Technician")?.id;
  const people = await all(url, boss, "/users?page[size]=100");
  const emails = people
    .filter(({ attributes }) => (attributes["role_ids"] as unknown[]).includes(technician))
    .map(({ attributes }) => String(attributes["email"]));
  const users: User[] = [];
  for (let from = 0; from < count; from += mostAtOnce) {
    const some = Array.from({ length: Math.min(mostAtOnce, count - from) }, (_, at) => from + at);
    users.push(
      ...(await Promise.all(some.map((at) => signIn(url, emails[at % emails.length] ?? "", password, at + 1)))),
    );
  }
  return { boss, users, subjects: await subjectsOf(url, boss) };
}

/** Half of the tickets are those touched last, half old ones. */
async function subjectsOf(url: string, boss: User): Promise<Subjects> {
  const newest = await api(url, boss, "/tickets?page[size]=100&sort=-updated_at&fields[tickets]=title");
  const oldest = await api(url, boss, "/tickets?page[size]=100&sort=created_at&fields[tickets]=title");
  const companies = await api(url, boss, "/companies?page[size]=100&fields[companies]=name");
  const workTypes = await api(url, boss, "/work-types");
  const ids = ({ data }: Document): string[] => data.map(({ id }) => id);
  const words = [
    ...newest.data.map(({ attributes }) => String(attributes["title"])),
    ...companies.data.map(({ attributes }) => String(attributes["name"])),
  ].flatMap((text) => text.split(/\W+/).filter((word) => word.length > 3));
  return {
    tickets: [...ids(newest), ...ids(oldest)],
    companies: ids(companies),
    workTypes: ids(workTypes).slice(0, 1),
    words: [...new Set(words)],
  };
}
