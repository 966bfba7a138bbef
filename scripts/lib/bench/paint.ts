/** When a browser first shows something of a page, and what the page's first load weighs. */
import { openBrowser } from "../../../tests/support/browser.ts";
import type { User } from "./people.ts";

export interface Paint {
  path: string;
  /** First contentful paint in milliseconds from the start of the navigation, each time without a cache. */
  paints: number[];
  /** Bytes over the wire of the first load, typeface and styles included. */
  bytes: number;
}

/** Opens each page some times as this person, in a browser of 1440 by 900 pixels that keeps nothing from before. */
export async function paintsOf(url: string, { headers }: User, paths: readonly string[], times = 5): Promise<Paint[]> {
  const { browser, close } = await openBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const cookies = (headers["cookie"] ?? "").split("; ").map((pair) => {
      const at = pair.indexOf("=");
      return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
    });
    await context.addCookies(cookies);
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    await wire.send("Network.enable");
    await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
    let bytes = 0;
    wire.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    const results: Paint[] = [];
    for (const path of paths) {
      const paints: number[] = [];
      // The first opening warms the server up.
      for (let time = 0; time <= times; time += 1) {
        bytes = 0;
        await page.goto(url + path, { waitUntil: "load" });
        const first = await page.evaluate<number>(firstPaint);
        if (time > 0) paints.push(first);
      }
      results.push({ path, paints, bytes });
    }
    return results;
  } finally {
    await close();
  }
}

const firstPaint = `new Promise((done) => new PerformanceObserver((list) => {
  const [entry] = list.getEntriesByName("first-contentful-paint");
  if (entry) done(entry.startTime);
}).observe({ type: "paint", buffered: true }))`;
