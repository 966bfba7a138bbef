import { isMissing } from "./programs.ts";

/** Whether `pdftotext` is here; where it is not, `scripts/test` has said so. */
export const pdftotextAvailable = !isMissing("pdftotext");

/**
 * The text of a PDF as `pdftotext -layout` reads it, pages separated by a form feed.
 *
 * @throws with the tool's own words when the bytes are not a readable PDF
 */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  const child = Bun.spawn(["pdftotext", "-layout", "-enc", "UTF-8", "-", "-"], {
    stdin: bytes,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [text, complaint, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`pdftotext failed: ${complaint.trim()}`);
  return text;
}
