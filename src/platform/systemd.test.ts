import { afterEach, beforeEach, expect, test } from "bun:test";
import { dlopen, ptr } from "bun:ffi";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notifyReady, notifyStatus, notifyStopping, socketAddress, startWatchdog } from "./systemd.ts";

const { symbols: libc } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
});

/** A datagram socket as systemd would hold it. */
function listenAt(path: string): { receive: () => string | null; close: () => void } {
  const descriptor = libc.socket(1, 2, 0);
  const { address, length } = socketAddress(path);
  expect(libc.bind(descriptor, ptr(address), length)).toBe(0);
  return {
    receive: () => {
      const buffer = Buffer.alloc(256);
      const got = Number(libc.recv(descriptor, ptr(buffer), buffer.length, 0x40));
      return got < 0 ? null : buffer.toString("utf8", 0, got);
    },
    close: () => libc.close(descriptor),
  };
}

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
    notifyStatus("migrating\n2 of 3", env);
    notifyStopping(env);
    expect([systemd.receive(), systemd.receive(), systemd.receive(), systemd.receive()]).toEqual([
      "READY=1",
      "STATUS=migrating 2 of 3",
      "STOPPING=1",
      null,
    ]);
    systemd.close();
  }
});

test("without systemd, or with a socket that is gone, nothing happens", () => {
  notifyReady({});
  notifyReady({ NOTIFY_SOCKET: join(directory, "gone") });
  notifyReady({ NOTIFY_SOCKET: `/${"x".repeat(200)}` });
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
