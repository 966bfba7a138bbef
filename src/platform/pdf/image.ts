import { inflateSync } from "node:zlib";
import type { Pdf } from "./document.ts";

/**
 * Whether these bytes can be drawn: a whole PNG, or a JPEG. It looks inside, because pdfkit unpacks a PNG's pixels after
 * the call has returned, where a broken one could not be caught any more.
 */
export function isDrawable(image: Uint8Array): boolean {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.subarray(0, 8).equals(pngSignature)) return isWholePng(bytes);
  return bytes.length > 4 && bytes.readUInt16BE(0) === 0xff_d8 && jpegFrame(bytes) !== null;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Samples a pixel by colour type (PNG 11.2.1): grey, RGB, palette, grey with alpha, RGB with alpha. */
const samples: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Each pixel is unpacked for each document, and while that lasts nothing else is done. */
export const mostPixels = 2_000_000;

/** Width and height as the head of a PNG or JPEG says them, before anything is unpacked; null: it says none. */
export function sizeOf(image: Uint8Array): { width: number; height: number } | null {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.subarray(0, 8).equals(pngSignature))
    return bytes.length < 24 ? null : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  const frame = jpegFrame(bytes);
  return frame === null ? null : { width: bytes.readUInt16BE(frame + 7), height: bytes.readUInt16BE(frame + 5) };
}

/** Whether the header makes sense and the pixels are all there. */
function isWholePng(bytes: Buffer): boolean {
  const parts: Buffer[] = [];
  let hasPalette = false;
  let at = 8;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > bytes.length || (at === 8 && (type !== "IHDR" || length !== 13))) return false;
    if (type === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    if (type === "PLTE") hasPalette = true;
    if (type === "IEND") return hasPixels(bytes, parts, hasPalette);
    at += 12 + length;
  }
  return false;
}

function hasPixels(bytes: Buffer, parts: readonly Buffer[], hasPalette: boolean): boolean {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [depth = 0, colourType = -1] = bytes.subarray(24, 26);
  const channels = samples[colourType];
  if (channels === undefined || width === 0 || height === 0 || width * height > mostPixels) return false;
  if (colourType === 3 && !hasPalette) return false;
  const size = height * (1 + Math.ceil((width * channels * depth) / 8));
  try {
    // Interlaced images have a few filter bytes more, never less.
    return inflateSync(Buffer.concat(parts), { maxOutputLength: 2 * size + 65_536 }).length >= size;
  } catch {
    return false;
  }
}

/** Where the frame header of a JPEG stands, before its pixels (markers C0 to CF, but for C4, C8 and CC). */
function jpegFrame(bytes: Buffer): number | null {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) return at;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** Draws an image with its upper left corner at (x, y), as large as the box allows, and gives the height it takes. */
export function drawImage(
  document: Pdf,
  image: Uint8Array,
  x: number,
  y: number,
  box: { width: number; height: number },
): number {
  // In the flow, that is without a place of its own, pdfkit moves its position below the image, which tells the height.
  document.x = x;
  document.y = y;
  document.image(Buffer.from(image), { fit: [box.width, box.height] });
  return document.y - y;
}
