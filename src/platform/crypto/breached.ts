import { readFileSync } from "node:fs";
import listPath from "#generated/breached-passwords.bin" with { type: "file" };
import { isListed } from "./breached-list.ts";

let packed: Uint8Array | null = null;

/**
 * Whether a password is known from break-ins, or is such a one with digits and signs around it, which is what people make
 * of it when a rule asks for more. The list is in the program: nobody outside is asked.
 */
export function isBreached(password: string): boolean {
  packed ??= new Uint8Array(readFileSync(listPath));
  const list = packed;
  const lower = password.toLowerCase();
  const bare = lower.replace(/[^\p{L}\p{N}]/gu, "");
  const stem = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const forms = new Set([lower, bare, bare.replace(/\p{N}+$/u, ""), ...(stem.length >= 4 ? [stem] : [])]);
  return [...forms].some((form) => form !== "" && isListed(list, form));
}
