import { decoded } from "./entities.ts";
import { formsOf } from "./forms.ts";

/** Somebody with a browser, without one: cookies, redirects, and forms filled in as the page has them. */

/** A page as the visitor sees it. */
export interface Page {
  status: number;
  /** Where it was in the end, path and query. */
  url: string;
  headers: Headers;
  html: string;
  /** What a person reads: no tags, single spaces. */
  text: string;
}

export interface Visitor {
  /** The cookies as the browser holds them now. */
  cookies: Map<string, string>;
  /** The `Set-Cookie` lines that have come so far. */
  setCookies: string[];
  /** Opens a page, following redirects. */
  open(path: string, headers?: Record<string, string>): Promise<Page>;
  /**
   * Sends the form of the page opened last that goes to `action`: hidden fields (the CSRF token among them) as they stand,
   * chosen options and ticked boxes as shown, `values` over them; an array ticks several boxes of one name.
   */
  submit(action: string, values?: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Page>;
  /** Sends fields as they are, with nothing of a page in them. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** A visitor of the server behind `fetch`. */
export function visitor(fetch: Fetch): Visitor {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];
  let shown: Page | null = null;

  async function request(path: string, init: RequestInit, hops = 0): Promise<Page> {
    if (hops > 5) throw new Error(`${path} redirects in a circle`);
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    // The part after # stays in the browser.
    const answer = await fetch(path.replace(/#.*$/, ""), { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      setCookies.push(line);
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      if (/;\s*max-age=0\b/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get("location");
    if (answer.status === 303 && location !== null) return request(location, {}, hops + 1);
    const html = await answer.text();
    shown = { status: answer.status, url: path, headers: answer.headers, html, text: textOf(html) };
    return shown;
  }

  const post: Visitor["post"] = (path, fields, headers = {}) =>
    request(path, { method: "POST", headers, body: new URLSearchParams(fields) });

  return {
    cookies,
    setCookies,
    post,
    open: (path, headers = {}) => request(path, { headers }),
    submit: async (action, values = {}, headers = {}) => {
      const forms = (await formsOf(shown?.html ?? "")).filter((one) => one.action === action && one.method === "post");
      if (forms.length === 0)
        throw new Error(
          `the page ${shown?.url ?? ""} (${shown?.status ?? ""}) has no form for ${action}: ${shown?.text.slice(0, 300) ?? ""}`,
        );
      const body = new URLSearchParams();
      for (const { name, value } of forms.flatMap(({ fields }) => fields))
        if (values[name] === undefined) body.append(name, value);
      for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) body.append(name, one);
      return request(action, { method: "POST", headers, body });
    },
  };
}

/** Somebody of the staff who has signed in at a server's pages. */
export async function signedIn(
  url: string,
  { email, password }: { email: string; password: string },
): Promise<Visitor> {
  const browser = visitor((path, init) =>
    fetch(new URL(path, url), { ...init, redirect: "manual", signal: AbortSignal.timeout(120_000) }),
  );
  await browser.open("/sign-in");
  const page = await browser.submit("/sign-in", { email, password });
  if (page.url.startsWith("/sign-in"))
    throw new Error(`nobody was signed in: ${page.status} ${page.text.slice(0, 300)}`);
  return browser;
}

function textOf(html: string): string {
  const plain = html
    .replaceAll(/<(script|style|template)\b[\s\S]*?<\/\1>/gi, " ")
    .replaceAll(/<wbr>/g, "")
    .replaceAll(/<[^>]+>/g, " ");
  return decoded(plain).replaceAll(/\s+/g, " ").trim();
}
