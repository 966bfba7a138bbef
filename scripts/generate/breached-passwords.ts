import { join } from "node:path";
import { dictionary } from "@zxcvbn-ts/language-common";
import { packBreached } from "../../src/platform/crypto/breached-list.ts";
import { writeChanged } from "./write.ts";

/**
 * Writes `dist/generated/breached-passwords.bin`: the passwords that break-ins have shown to be the most common (the list of
 * zxcvbn-ts, MIT), as sorted beginnings of their hashes. Answers how many there are.
 */
export async function generateBreachedPasswords(root: string): Promise<number> {
  const words = dictionary["passwords-common"] as readonly string[];
  await writeChanged(join(root, "dist/generated/breached-passwords.bin"), packBreached(words));
  return words.length;
}
