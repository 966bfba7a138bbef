import type axe from "axe-core";
import type { Page } from "playwright-core";
import type { TestBrowser, TestPage } from "./browser.ts";
import { axeSource } from "./axe.ts";
import { waitFor } from "./waiting.ts";

/** No page fetches more than this when it is opened for the first time, in bytes as they come over the wire. */
export const heaviestPage = 300_000;

/** Where pictures of every page go, in every look, for people to look at; none unless told. */
const shotFolder = process.env["PURSER_TEST_PICTURES"];

const desk = { width: 1440, height: 900 };
const mailProgram = { width: 600, height: 800 };
const phone = { width: 390, height: 844 };

/** What was found on pages: problems by where they are, weights by page. */
export interface Findings {
  problems: Record<string, string[]>;
  /** Bytes of the first load. */
  weights: Record<string, number>;
  /** Dialogs, menus and panels that were opened. */
  opened: string[];
}

/** A place to check: its address, and the name that findings stand under. */
export interface Place {
  name: string;
  path: string;
}

/** Somebody at their browser: where, and with which cookie. */
export interface Reader {
  origin: string;
  cookie?: { name: string; value: string };
}

/** What is checked already, by shape; shared by readers, so that what looks the same to two is looked at once. */
export type Seen = Set<string>;

/**
 * Opens each place, weighs it, and holds it against what every page must be, on a desk and on a phone, in both themes,
 * with everything open that can be opened. Several pages at a time; the answer is the same as one after the other.
 *
 * @param isWhole false: in one look and as they come, for pages that are built of what was checked in all of them
 */
export async function checkPlaces(
  browser: TestBrowser,
  reader: Reader,
  places: readonly Place[],
  seen: Seen,
  isWhole = true,
): Promise<Findings> {
  const findings: Findings = { problems: {}, weights: {}, opened: [] };
  const waiting = [...places];
  const work = async (): Promise<void> => {
    const tab = await browser.newPage({ viewport: desk, reducedMotion: "reduce", colorScheme: "light" });
    if (reader.cookie !== undefined) await tab.page.context().addCookies([{ ...reader.cookie, url: reader.origin }]);
    const scale = await weighing(tab.page);
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift())
      await checkPlace(tab, scale, reader, place, findings, seen, isWhole);
    await tab.close();
  };
  await Promise.all([work(), work(), work()]);
  return findings;
}

interface Scale {
  /** From here on a new page is weighed. */
  clear(): void;
  /** What the page has fetched since, in bytes as they come over the wire to somebody who has nothing of it yet. */
  bytes(): number;
}

/**
 * Weighs what a tab fetches. The tab keeps its cache, because scripts that are compiled once are half of the time that a
 * page takes; what comes out of the cache counts as much as it did when it came over the wire.
 */
async function weighing(page: Page): Promise<Scale> {
  const wire = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  const known = new Map<string, number>();
  let fetched = new Map<string, number>();
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId) ?? requestId;
    const size = Math.max(encodedDataLength, known.get(url) ?? 0);
    known.set(url, size);
    fetched.set(url, size);
  });
  await wire.send("Network.enable");
  return {
    clear: () => {
      fetched = new Map();
    },
    bytes: () => [...fetched.values()].reduce((sum, size) => sum + size, 0),
  };
}

async function checkPlace(
  tab: TestPage,
  scale: Scale,
  { origin }: Reader,
  place: Place,
  findings: Findings,
  seen: Seen,
  isWhole: boolean,
): Promise<void> {
  const { page, errors } = tab;
  const found: string[] = [];
  const foreign = (request: { url(): string }): void => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) found.push(`asks another host: ${url.href}`);
  };
  page.on("request", foreign);
  await page.setViewportSize(desk);
  scale.clear();
  await page.goto(origin + place.path, { waitUntil: "load" });
  await settled(page);
  const bytes = scale.bytes();
  findings.weights[place.name] = bytes;
  if (bytes > heaviestPage) found.push(`weighs ${bytes} bytes`);
  const looks = isWhole ? everyLook : [plainest];
  // The frame around the middle is the same on every page of a layout: what it looks like is asked for once.
  const frame = `frame ${await page.evaluate<string>("document.body.className")}`;
  const drawn = seen.has(frame) ? '{ include: ["main"] }' : "document";
  seen.add(frame);
  found.push(...(await inLooks(page, looks, "document", place.name, drawn)));
  for (const opener of isWhole ? await openers(page) : []) {
    if (seen.has(opener.shape)) continue;
    seen.add(opener.shape);
    findings.opened.push(`${place.name}: ${opener.label}`);
    found.push(...(await whenOpened(page, opener, place.name)).map((problem) => `${opener.label}: ${problem}`));
  }
  page.off("request", foreign);
  // That a page says 403 or 404 is what some of them are for; the browser notes it as an error all the same.
  const own = page.url();
  found.push(...errors.splice(0).filter((error) => !error.includes(`(${own})`) || !error.includes("status of 4")));
  if (found.length > 0) findings.problems[place.name] = [...new Set(found)];
}

/** The page is drawn, its typeface is there, and nothing is on its way. */
async function settled(page: Page): Promise<void> {
  // Asked again and again from here: a function that waits inside the page would need `eval`, which the policy forbids.
  const isCalm = `document.fonts.status === "loaded" && document.querySelector(".htmx-request") === null`;
  await waitFor("the page to be calm", async () => (await page.evaluate<boolean>(isCalm)) || undefined);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

interface Look {
  viewport: typeof desk;
  colorScheme: "light" | "dark";
  /** All rules of WCAG 2.2 AA; otherwise those that measures and colours decide, as the document is the same. */
  isEveryRule: boolean;
}

const plainest: Look = { viewport: phone, colorScheme: "light", isEveryRule: true };
const everyLook: readonly Look[] = [
  { viewport: desk, colorScheme: "light", isEveryRule: true },
  { viewport: desk, colorScheme: "dark", isEveryRule: false },
  { viewport: phone, colorScheme: "dark", isEveryRule: false },
  { viewport: phone, colorScheme: "light", isEveryRule: false },
];

/**
 * What axe finds in each look; that a page has to be pushed sideways is a problem as well.
 *
 * @param context what is looked at, as axe takes it; `drawn`: where not every rule is asked for
 */
async function inLooks(
  page: Page,
  looks: readonly Look[],
  context: string,
  name: string,
  drawn = context,
): Promise<string[]> {
  const found: string[] = [];
  if (!(await page.evaluate<boolean>(`"axe" in window`))) await page.evaluate(axeSource);
  for (const look of looks) {
    const { viewport, colorScheme } = look;
    const words = `${viewport.width} ${colorScheme}`;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const excess = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    if (excess > 0) found.push(`${words}: ${excess} pixels too wide`);
    if (shotFolder !== undefined)
      await page.screenshot({
        path: `${shotFolder}/${`${name} ${words}`.replaceAll(/\W+/g, "_")}.png`,
        fullPage: context === "document",
      });
    await page.evaluate(`(${foldedInPage})()`);
    found.push(
      ...(await violations(page, look.isEveryRule ? context : drawn, look)).map((problem) => `${words}: ${problem}`),
    );
    await page.evaluate(`(${unfoldedInPage})()`);
  }
  await page.setViewportSize(desk);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  return found;
}

// Of what is built alike three are looked at, for a hundred rows are not told apart by any rule: most of the time went there.
// By classes, styles and which attributes there are; texts as the functions above are.
const foldedInPage = String.raw`() => {
  const shapeOf = (element) => [element, ...element.querySelectorAll("*")]
    .map((one) => [one.tagName, one.className.baseVal ?? one.className, one.getAttribute("style"), one.getAttributeNames()].join(" "))
    .join(">");
  for (const whole of document.querySelectorAll("tbody, ul, ol")) {
    const count = new Map();
    for (const part of whole.children) {
      const shape = shapeOf(part);
      count.set(shape, (count.get(shape) ?? 0) + 1);
      if (count.get(shape) > 3 && !part.hidden && !part.contains(document.activeElement)) part.dataset.folded = part.hidden = true;
    }
  }
}`;
const unfoldedInPage = String.raw`() => {
  for (const part of document.querySelectorAll("[data-folded]")) {
    part.hidden = false;
    delete part.dataset.folded;
  }
}`;

async function violations(page: Page, context: string, { isEveryRule, colorScheme }: Look): Promise<string[]> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const drawn = [
    "color-contrast",
    "link-in-text-block",
    ...(colorScheme === "dark" ? [] : ["target-size", "scrollable-region-focusable"]),
  ];
  const runOnly = isEveryRule ? { type: "tag", values: tags } : { type: "rule", values: drawn };
  const result = await page.evaluate<axe.AxeResults>(
    `axe.run(${context}, ${JSON.stringify({ runOnly, resultTypes: ["violations"], preload: isEveryRule })})`,
  );
  return result.violations.flatMap(({ id, impact, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map((node) => `${id} (${impact ?? ""}): ${help} – ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  );
}

/**
 * What is wrong with a page as it stands at this moment, in every look; it stays open, as wide as a desk and light.
 *
 * @param isPaper in both themes, but not on a phone: a sheet is wider than that
 */
export async function checkMoment(page: Page, name: string, isPaper = false): Promise<string[]> {
  await settled(page);
  return inLooks(page, isPaper ? everyLook.filter(({ viewport }) => viewport === desk) : everyLook, "document", name);
}

/** A mail's HTML as a mail program shows it: 600 pixels wide and on a phone, in both themes. */
export async function checkMail(browser: TestBrowser, subject: string, html: string): Promise<string[]> {
  const tab = await browser.newPage({ viewport: mailProgram });
  await tab.page.setContent(html);
  const looks = [mailProgram, phone].flatMap((viewport) =>
    (["light", "dark"] as const).map((colorScheme): Look => ({ viewport, colorScheme, isEveryRule: false })),
  );
  const found = await inLooks(tab.page, looks, "document", `mail ${subject}`);
  found.push(...tab.errors);
  await tab.close();
  return found;
}

interface Opener {
  /** Which of the page's openers it is; null: a key opens it. */
  at: number | null;
  label: string;
  /** What is the same about openers of one kind: one of each is opened. */
  shape: string;
}

const openable = [
  "[popovertarget]",
  "summary",
  '[hx-target="#sheet-body"]',
  "form[data-confirm] button[type=submit]",
].join(",");

/** What can be opened on the page as it stands, found by how it is built: a new menu or dialog needs no line here. */
async function openers(page: Page): Promise<Opener[]> {
  const found = await page.evaluate<Opener[]>(`(${openersInPage})(${JSON.stringify(openable)})`);
  const hasPalette = (await page.locator("#palette").count()) > 0;
  const byKey = hasPalette ? ["Control+k", "?"].map((key) => ({ at: null, label: key, shape: key })) : [];
  return [...found, ...byKey];
}

// A text, because the tests know no types of the browser.
const openersInPage = String.raw`(selector) => {
  const shapeOf = (element) => [element, ...element.querySelectorAll("*")]
    .map(({ tagName, classList }) => tagName + "." + [...classList].join("."))
    // Ten choices look as two do.
    .filter((name, at, all) => name !== all[at - 1] && name !== all[at - 2] && name !== all[at - 3] && name !== all[at - 4])
    .join(" ");
  const shape = (element) => {
    const target = element.getAttribute("popovertarget");
    if (target !== null) return shapeOf(document.getElementById(target));
    const link = element.getAttribute("hx-get");
    if (link !== null) return "sheet " + link.replaceAll(/[0-9a-f]{8}-[0-9a-f-]+/g, "ID").replace(/\?.*/, "");
    const form = element.closest("form[data-confirm]");
    return form === null ? "details " + shapeOf(element.parentElement) : "question " + form.dataset.confirmLook;
  };
  return [...document.querySelectorAll(selector)].flatMap((element, at) => {
    if (!element.checkVisibility() || element.matches(":disabled") || element.closest("[popover]") !== null) return [];
    const words = element.getAttribute("aria-label") ?? element.textContent;
    return [{ at, label: words.trim().replaceAll(/\s+/g, " "), shape: shape(element) }];
  });
}`;

/** Opens it, looks at what came, and puts it away again by the keyboard; the focus is then where it was. */
async function whenOpened(page: Page, opener: Opener, place: string): Promise<string[]> {
  const button = opener.at === null ? page.locator("main") : page.locator(openable).nth(opener.at);
  await button.focus();
  await page.keyboard.press(opener.at === null ? opener.label : "Enter");
  const isOpen = "dialog[open], [popover]:popover-open, details[open]";
  try {
    await page.waitForSelector(isOpen);
  } catch {
    return ["nothing opened"];
  }
  await settled(page);
  const found = await inLooks(page, everyLook, `{ include: [${JSON.stringify(isOpen)}] }`, `${place} ${opener.label}`);
  for (const viewport of [desk, phone]) {
    await page.setViewportSize(viewport);
    const box = await page.locator(isOpen).last().boundingBox();
    const isInside = box !== null && box.x >= 0 && box.x + box.width <= viewport.width && box.y >= 0;
    if (!isInside) found.push(`${viewport.width}: stands outside of the window (${JSON.stringify(box)})`);
  }
  await page.setViewportSize(desk);
  if ((await page.locator("details[open]").count()) > 0) await page.keyboard.press("Enter");
  else await page.keyboard.press("Escape");
  if ((await page.locator("dialog[open], [popover]:popover-open").count()) > 0) found.push("Escape does not close it");
  if (!(await button.evaluate((element) => element.matches(":focus")))) found.push("the focus is lost after closing");
  return found;
}
