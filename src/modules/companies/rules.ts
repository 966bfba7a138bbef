import { fold } from "../../platform/text.ts";

/** A name as import compares it: without case, marks, punctuation and doubled spaces; "PRAIRIE Printing " is "Prairie Printing". */
export function nameKey(name: string): string {
  return fold(name)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** What a contact is called. */
export function contactName(contact: { first_name: string; last_name: string }): string {
  return `${contact.first_name} ${contact.last_name}`.trim();
}

/** E-mail addresses as they are stored and compared. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}
