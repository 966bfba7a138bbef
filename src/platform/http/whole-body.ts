/** What surely fits, with its head, into the 16 kB that Bun sends at once whatever it is. */
const mostAtOnce = 4_096;

/**
 * A text as the body of an answer that leaves in one piece with its head. Bun 1.4 gives every name, colon and value of the
 * head a packet of its own where an answer was awaited and its body is a longer text: some forty packets before the first
 * byte of a page, which is more than a new connection may send before it has to wait for the other side. What is written as
 * a stream goes out together (`docs/performance.md`). To be dropped once Bun does so by itself (oven-sh/bun, pull request 41341).
 */
export function wholeBody(text: string): string | ReadableStream {
  if (text.length < mostAtOnce) return text;
  return new ReadableStream({
    type: "direct",
    pull: (controller) => {
      controller.write(text);
      controller.close();
    },
  });
}
