/** Whether a text is a path of our own, to be gone on to: neither `//elsewhere` nor what browsers take for it. */
export function isOwnPath(text: string): boolean {
  return /^\/(?![/\\])[^\u0000-\u001f\\]*$/.test(text);
}
