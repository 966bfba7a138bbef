import { plainToHtml } from "../platform/written-text.ts";

/**
 * A text as it is stored when somebody types it. There it passes the sanitizer, which leaves quotation marks as they are; the
 * demo's own texts need none, and there are hundreds of thousands of them.
 */
export const written = (text: string): string => plainToHtml(text).replaceAll("&#39;", "'").replaceAll("&quot;", '"');
