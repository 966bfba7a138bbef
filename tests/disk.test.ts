import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { RunningBinary } from "./support/binary.ts";
import { chance } from "./support/crash/chance.ts";
import { smallDisk } from "./support/crash/disk.ts";
import { defectsIn, type Load, loadOf, look, repeatedLines } from "./support/crash/rounds.ts";
import { ask, documentOf, setStage, type Stage } from "./support/crash/stage.ts";
import { waitFor } from "./support/waiting.ts";

/** The disk with the data is full, under load, and then there is room again. On PostgreSQL it is the files' disk. */

const disk = smallDisk(192);

describe.skipIf(typeof disk === "string")("a full disk", () => {
  let stage: Stage;
  let server: RunningBinary;
  let load: Load;
  let end: () => Promise<void>;

  beforeAll(async () => {
    if (typeof disk === "string") return;
    stage = await setStage({ dataDir: join(disk.path, "data"), companies: 2 });
    server = await stage.one.start();
    load = loadOf(stage, 10, chance(4));
    end = load.start();
    await waitFor("the clients to be at work", () => load.ledger.count("done") >= 20 || undefined, {
      timeoutMs: 60_000,
    });
  }, 240_000);
  afterAll(async () => {
    await server?.kill9().catch(() => undefined);
    await stage?.close();
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

  test("is said in a sentence to whoever writes, reading goes on, and /readyz tells", async () => {
    if (typeof disk === "string") return;
    disk.fill();
    const refused = await waitFor("a refusal", async () => {
      const answer = await write();
      return answer.status === 201 ? undefined : answer;
    });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(((await refused.json()) as { errors: object[] }).errors[0]).toMatchObject({
      code: "database_unavailable",
      detail: "The data cannot be reached or written just now. Try again in a moment.",
    });
    const ready = await fetch(`${stage.one.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, "the disk is nearly full\n"]);
    expect((await ask(stage.one.url, stage.key, "GET", "/tickets?page[size]=5")).status).toBe(200);
    expect((await fetch(`${stage.one.url}/sign-in`)).status).toBe(200);
  });

  test("passes by itself when there is room again, and nothing is lost or there by half", async () => {
    if (typeof disk === "string") return;
    disk.makeRoom();
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
    expect(defectsIn(output, 0).filter((line) => !/disk is full|ENOSPC|no space/i.test(line))).toEqual([]);
    expect(output).not.toContain(stage.key);
  });
});
