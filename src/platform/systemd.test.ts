import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listenAt } from "../../tests/support/systemd.ts";
import { notifyReady, notifyStopping, startWatchdog } from "./systemd.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "purser-notify-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("systemd hears what the server tells, at a path and at an abstract name", () => {
  for (const path of [join(directory, "notify"), `@purser-test-${process.pid}`]) {
    const systemd = listenAt(path);
    const env = { NOTIFY_SOCKET: path };
    notifyReady(env);
    notifyStopping(env);
    expect([systemd.receive(), systemd.receive(), systemd.receive()]).toEqual(["READY=1", "STOPPING=1", null]);
    systemd.close();
  }
});

test("without systemd, or with a socket that is gone, nothing happens", () => {
  notifyReady({});
  notifyReady({ NOTIFY_SOCKET: join(directory, "gone") });
  notifyReady({ NOTIFY_SOCKET: `/${"x".repeat(200)}` });
});

test("nobody waits for a systemd that does not read", () => {
  const path = join(directory, "notify");
  const systemd = listenAt(path);
  const count = Number(readFileSync("/proc/sys/net/unix/max_dgram_qlen", "utf8")) + 50;
  for (let index = 0; index < count; index += 1) notifyReady({ NOTIFY_SOCKET: path });
  expect(systemd.receive()).toBe("READY=1");
  systemd.close();
});

test("the watchdog is fed while the probe succeeds, and only then", async () => {
  const path = join(directory, "notify");
  const systemd = listenAt(path);
  let isWell = true;
  const probe = async (): Promise<void> => {
    if (!isWell) throw new Error("no answer");
  };
  const stop = startWatchdog(probe, { NOTIFY_SOCKET: path, WATCHDOG_USEC: "40000" });
  await Bun.sleep(100);
  isWell = false;
  await Bun.sleep(30);
  const fed: (string | null)[] = [];
  for (let message = systemd.receive(); message !== null; message = systemd.receive()) fed.push(message);
  expect(fed.length).toBeGreaterThan(1);
  expect(new Set(fed)).toEqual(new Set(["WATCHDOG=1"]));
  await Bun.sleep(100);
  expect(systemd.receive()).toBeNull();
  stop();
  isWell = true;
  await Bun.sleep(60);
  expect(systemd.receive()).toBeNull();
  systemd.close();
});

test("a watchdog meant for another process is not fed", async () => {
  const path = join(directory, "notify");
  const systemd = listenAt(path);
  startWatchdog(async () => undefined, { NOTIFY_SOCKET: path, WATCHDOG_USEC: "20000", WATCHDOG_PID: "1" })();
  await Bun.sleep(30);
  expect(systemd.receive()).toBeNull();
  systemd.close();
});
