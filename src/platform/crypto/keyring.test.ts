import { describe, expect, test } from "bun:test";
import { newDataKey } from "./data-keys.ts";
import { keyring } from "./keyring.ts";
import { sealedWith } from "./sealing.ts";

const master = new Uint8Array(32).fill(3);
const harbor = "01a00000-0000-7000-8000-000000000001";
const mill = "01a00000-0000-7000-8000-000000000002";

describe("an organization's data key", () => {
  test("seals from when it is adopted; what the master key had sealed before still opens", () => {
    const keys = keyring(master);
    const early = keys.seal("mail", harbor, "old");
    const key = newDataKey();
    keys.adopt(harbor, key.id, [key]);
    const late = keys.seal("mail", harbor, "new");
    expect([keys.open("mail", harbor, early), keys.open("mail", harbor, late)]).toEqual(["old", "new"]);
    expect(sealedWith(Buffer.from(late, "base64url"))).toEqual({ version: 2, keyId: key.id });
    expect(keys.isCurrent(harbor, Buffer.from(early, "base64url"))).toBe(false);
    expect(keys.isCurrent(harbor, Buffer.from(late, "base64url"))).toBe(true);
  });

  test("opens what an earlier one has sealed as long as that is there, and not a day longer", () => {
    const keys = keyring(master);
    const [first, second] = [newDataKey(), newDataKey()];
    keys.adopt(harbor, first.id, [first]);
    const sealed = keys.seal("mail", harbor, "text");
    keys.adopt(harbor, second.id, [first, second]);
    expect(keys.open("mail", harbor, sealed)).toBe("text");
    keys.adopt(harbor, second.id, [second]);
    expect(() => keys.open("mail", harbor, sealed)).toThrow(`key ${first.id} is not here`);
    keys.forget(harbor);
    expect(() => keys.open("mail", harbor, sealed)).toThrow("is not here");
  });

  test("opens nothing of another organization or purpose", () => {
    const keys = keyring(master);
    const key = newDataKey();
    keys.adopt(harbor, key.id, [key]);
    keys.adopt(mill, key.id, [key]);
    const sealed = keys.seal("mail", harbor, "text");
    expect(() => keys.open("mail", mill, sealed)).toThrow("altered");
    expect(() => keys.open("payments", harbor, sealed)).toThrow("altered");
  });

  test("is wrapped for one organization by one master key", () => {
    const keys = keyring(master);
    const key = newDataKey();
    const wrapped = keys.wrap(harbor, key);
    expect(Buffer.from(keys.unwrap(harbor, key.id, wrapped).bytes)).toEqual(Buffer.from(key.bytes));
    expect(() => keys.unwrap(mill, key.id, wrapped)).toThrow();
    expect(() => keys.unwrap(harbor, "00000000", wrapped)).toThrow();
    expect(() => keyring(new Uint8Array(32).fill(4)).unwrap(harbor, key.id, wrapped)).toThrow("sealed with the key");
  });
});
