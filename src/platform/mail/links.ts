/**
 * A mail's text as it may be shown to others than whoever got it: without the tokens of links that let somebody in. Who sees
 * what was sent, or takes everything away as an archive, could otherwise ask for anybody's new password and choose it.
 */
export function withoutLinks(text: string): string {
  return text.replace(/(\/(?:invite|reset|welcome|setup\/start|mails)\/)[\w-]+/g, "$1…");
}
