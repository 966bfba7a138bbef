import { dlopen, ptr } from "bun:ffi";
import { complaint, log } from "./log.ts";

/**
 * sd_notify(3) without a child process and without libsystemd: a datagram to the socket that systemd names. Every
 * function does nothing when there is no such socket, so callers need not ask where they run.
 */
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** When systemd does not read what waits for it, no request may stand still for that. */
const MSG_DONTWAIT = 0x40;
/** Size of sockaddr_un's path. */
const longestPath = 108;

const notTold = complaint("warn", "systemd could not be told");

type Env = Readonly<Record<string, string | undefined>>;

/** Tells systemd that the server answers requests now. */
export function notifyReady(env: Env = process.env): void {
  notify("READY=1", env);
}

/** Tells systemd that the server is on its way out, so that it does not wait for the watchdog. */
export function notifyStopping(env: Env = process.env): void {
  notify("STOPPING=1", env);
}

/**
 * Feeds systemd's watchdog at half of its interval, each time only after `probe` has succeeded: a server whose database
 * does not answer any more is restarted.
 *
 * @returns stops the feeding
 */
export function startWatchdog(probe: () => Promise<void>, env: Env = process.env): () => void {
  const microseconds = Number(env["WATCHDOG_USEC"] ?? "");
  const isOurs = env["WATCHDOG_PID"] === undefined || env["WATCHDOG_PID"] === String(process.pid);
  if (!(microseconds > 0) || !isOurs || socketPath(env) === null) return () => undefined;
  let isProbing = false;
  const feed = async (): Promise<void> => {
    // A probe that hangs must not be joined by a second one every few seconds.
    if (isProbing) return;
    isProbing = true;
    try {
      await probe();
      notify("WATCHDOG=1", env);
    } catch (error) {
      log.error("the watchdog was not fed", { error: error instanceof Error ? error.message : String(error) });
    } finally {
      isProbing = false;
    }
  };
  const timer = setInterval(() => void feed(), microseconds / 2000);
  void feed();
  return () => clearInterval(timer);
}

function socketPath(env: Env): string | null {
  const path = env["NOTIFY_SOCKET"] ?? "";
  return path.startsWith("/") || path.startsWith("@") ? path : null;
}

function notify(message: string, env: Env): void {
  const path = socketPath(env);
  if (path === null) return;
  try {
    const problem = sendDatagram(path, Buffer.from(message));
    if (problem !== null) notTold({ problem });
  } catch (error) {
    // A start must not fail because nobody can be told about it.
    notTold({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** Sends to a path, or to an abstract socket when it starts with @. Answers what went wrong, or null. */
function sendDatagram(path: string, message: Uint8Array): string | null {
  const { address, length } = socketAddress(path);
  const libc = dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
  });
  try {
    const { socket, sendto, close } = libc.symbols;
    const descriptor = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (descriptor < 0) return "no socket could be had";
    try {
      const sent = sendto(descriptor, ptr(message), message.length, MSG_NOSIGNAL | MSG_DONTWAIT, ptr(address), length);
      return Number(sent) === message.length ? null : `${path} does not take messages`;
    } finally {
      close(descriptor);
    }
  } finally {
    libc.close();
  }
}

/** struct sockaddr_un: the family, then the path. An abstract name starts with a zero byte and is as long as it is. */
export function socketAddress(path: string): { address: Uint8Array; length: number } {
  const isAbstract = path.startsWith("@");
  const name = Buffer.from(isAbstract ? `\0${path.slice(1)}` : path);
  if (name.length >= longestPath) throw new Error(`the socket's path ${path} is too long`);
  const address = Buffer.alloc(2 + longestPath);
  new DataView(address.buffer, address.byteOffset).setUint16(0, AF_UNIX, true);
  name.copy(address, 2);
  return { address, length: 2 + name.length + (isAbstract ? 0 : 1) };
}
