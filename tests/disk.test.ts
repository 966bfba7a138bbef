import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { RunningBinary } from "./support/binary.ts";
import { chance } from "./support/crash/chance.ts";
import { smallDisk } from "./support/crash/disk.ts";
import { defectsIn, type Load, loadOf, look, repeatedLines } from "./support/crash/rounds.ts";
import { ask, documentOf, setStage, type Stage } from "./support/crash/stage.ts";
import { person } from "./support/started.ts";
import { listenAt } from "./support/systemd.ts";
import { signedIn, type Visitor } from "./support/visitor.ts";
import { waitFor } from "./support/waiting.ts";

/**
 * The disk with the data is full, or takes no writes, under load, and then it does again. On PostgreSQL it is the files' disk.
 */

const disk = smallDisk(192);

describe.skipIf(typeof disk === "string")("a disk", () => {
  let stage: Stage;
  let server: RunningBinary;
  let load: Load;
  let end: () => Promise<void>;
  let browser: Visitor;
  const notifySocket = `@purser-disk-${process.pid}`;
  const systemd = listenAt(notifySocket);

  beforeAll(async () => {
    if (typeof disk === "string") return;
    stage = await setStage({ dataDir: join(disk.path, "data"), companies: 2 });
    server = await stage.one.start({ NOTIFY_SOCKET: notifySocket, WATCHDOG_USEC: "2000000" });
    browser = await signedIn(stage.one.url, person);
    load = loadOf(stage, 10, chance(4));
    end = load.start();
    await waitFor("the clients to be at work", () => load.ledger.count("done") >= 20 || undefined, {
      timeoutMs: 60_000,
    });
  }, 240_000);
  afterAll(async () => {
    await server?.kill9().catch(() => undefined);
    await stage?.close();
    systemd.close();
    if (typeof disk !== "string") disk.remove();
  });

  /** Something that needs the disk: the database itself, or the bytes of a file. */
  const write = (): Promise<Response> => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const { id } = load.ledger.deeds.find(({ kind, state }) => kind === "ticket" && state === "done") ?? {};
    const content = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64");
    return MULTI_TENANT
      ? ask(
          stage.one.url,
          stage.key,
          "POST",
          `/tickets/${id}/attachments`,
          documentOf("ticket_attachments", { file_name: "full.bin", content }),
          key,
        )
      : ask(stage.one.url, stage.key, "POST", "/companies", documentOf("companies", { name: "Full" }), key);
  };

  /** What everybody has to see while nothing can be written. */
  async function expectOutage(ready: string): Promise<void> {
    const refused = await waitFor("a refusal", async () => {
      const answer = await write();
      return answer.status === 201 ? undefined : answer;
    });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(((await refused.json()) as { errors: object[] }).errors[0]).toMatchObject({
      code: "database_unavailable",
      detail: "The data cannot be reached or written just now. Try again in a moment.",
    });
    const answer = await fetch(`${stage.one.url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, `${ready}\n`]);
    expect((await ask(stage.one.url, stage.key, "GET", "/tickets?page[size]=5")).status).toBe(200);
    expect((await fetch(`${stage.one.url}/sign-in`)).status).toBe(200);
    expect((await browser.open("/tickets")).status).toBe(200);
    // A restart would find no disk to start on, and end the reading too.
    while (systemd.receive() !== null);
    await waitFor("the watchdog to be fed", () => (systemd.receive() === "WATCHDOG=1" ? true : undefined));
  }

  test("that is full is said in a sentence to whoever writes, reading goes on, and /readyz tells", async () => {
    if (typeof disk === "string") return;
    disk.fill();
    await expectOutage("the disk is nearly full");
  });

  test("that has room again is used again by itself", async () => {
    if (typeof disk === "string") return;
    disk.makeRoom();
    await waitFor("a write", async () => ((await write()).status === 201 ? true : undefined), { timeoutMs: 30_000 });
    const before = load.ledger.count("done");
    await waitFor("progress", () => load.ledger.count("done") >= before + 10 || undefined, { timeoutMs: 60_000 });
  });

  test("that takes no writes is said in the same way", async () => {
    if (typeof disk === "string") return;
    disk.setWritable(false);
    await expectOutage("the data directory does not take writes");
  });

  test("that takes writes again is used again by itself, and nothing is lost or there by half", async () => {
    if (typeof disk === "string") return;
    disk.setWritable(true);
    await waitFor("a write", async () => ((await write()).status === 201 ? true : undefined), { timeoutMs: 30_000 });
    await end();
    await load.finish();
    expect(await look(stage, load.ledger)).toEqual([]);
    expect((await fetch(`${stage.one.url}/readyz`)).status).toBe(200);
  });

  test("leaves a few lines in the log, without defects and secrets", async () => {
    expect(await server.stop()).toBe(0);
    const output = server.output();
    expect(repeatedLines(output)).toEqual({});
    const outage = /disk is full|disk I\/O error|readonly database|ENOSPC|EPERM|EACCES|no space/i;
    expect(defectsIn(output, 0).filter((line) => !outage.test(line))).toEqual([]);
    expect(output).not.toContain(stage.key);
  });
});
