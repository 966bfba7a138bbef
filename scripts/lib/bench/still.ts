/**
 * How long the event loop stands still, seen from outside: asks for what is answered without any work, again and again on
 * one connection, until stdin ends. The longest wait is at least as long as the loop ever stood still.
 */
export interface Stillness {
  longest: number;
  /** Of a thousand questions, all but one were answered within so many milliseconds. */
  nearlyAlways: number;
  asked: number;
}

async function watch(url: string): Promise<Stillness> {
  let isOver = false;
  const end = async (): Promise<void> => {
    await Bun.stdin.text();
    isOver = true;
  };
  void end();
  const waits: number[] = [];
  for (let at = 0; !isOver; at += 1) {
    const askedAt = performance.now();
    await (await fetch(`${url}/livez`)).arrayBuffer();
    // The first ones open the connection.
    if (at > 20) waits.push(performance.now() - askedAt);
    await Bun.sleep(2);
  }
  waits.sort((a, b) => a - b);
  return {
    longest: waits.at(-1) ?? 0,
    nearlyAlways: waits[Math.floor(waits.length * 0.999)] ?? 0,
    asked: waits.length,
  };
}

if (import.meta.main) console.log(JSON.stringify(await watch(process.argv[2] ?? "")));

/** Runs `work` while a second process watches the server. */
export async function watched<T>(
  url: string,
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number; still: Stillness }> {
  const child = Bun.spawn([process.execPath, import.meta.path, url], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  await Bun.sleep(500);
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  await Bun.sleep(100);
  await child.stdin.end();
  const still = JSON.parse(await new Response(child.stdout).text()) as Stillness;
  return { result, seconds, still };
}
