import { dlopen, ptr } from "bun:ffi";
import { socketAddress } from "../../src/platform/systemd.ts";

const { symbols: libc } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
});

/** A datagram socket as systemd would hold it; `receive` answers the oldest message that waits, or null. */
export function listenAt(path: string): { receive: () => string | null; close: () => void } {
  const descriptor = libc.socket(1, 2, 0);
  const { address, length } = socketAddress(path);
  if (libc.bind(descriptor, ptr(address), length) !== 0) throw new Error(`nobody can listen at ${path}`);
  return {
    receive: () => {
      const buffer = Buffer.alloc(256);
      const got = Number(libc.recv(descriptor, ptr(buffer), buffer.length, 0x40));
      return got < 0 ? null : buffer.toString("utf8", 0, got);
    },
    close: () => libc.close(descriptor),
  };
}
