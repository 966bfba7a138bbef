import { Secret, TOTP } from "otpauth";
import type { Visitor } from "./visitor.ts";
import type { TestProgram } from "./program.ts";

/** Somebody's authenticator app: the code that it shows at the test's clock. */
export function codeOf(t: TestProgram, secret: string): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(" ", "")), digits: 6, period: 30 });
  return totp.generate({ timestamp: Date.parse(t.clock.now()) });
}

/** The key that a set-up page shows for typing. */
export function secretOn(html: string): string {
  const secret = /<code>([A-Z2-7 ]{20,})<\/code>/.exec(html)?.[1];
  if (secret === undefined) throw new Error("the page shows no key");
  return secret;
}

/** The recovery codes that a page shows. */
export function codesOn(html: string): string[] {
  return [...html.matchAll(/<code>([a-z0-9]{5}-[a-z0-9]{5})<\/code>/g)].map((match) => match[1] ?? "");
}

/** Sets an authenticator app up on the account page of the staff. */
export async function setUpTwoSteps(t: TestProgram, browser: Visitor): Promise<{ secret: string; codes: string[] }> {
  await browser.open("/account");
  const page = await browser.submit("/account/two-step/start");
  const secret = secretOn(page.html);
  const done = await browser.submit("/account/two-step", { code: codeOf(t, secret) });
  const codes = codesOn(done.html);
  if (codes.length !== 10) throw new Error(`not set up: ${done.status} ${done.text}`);
  t.clock.advance(30_000);
  return { secret, codes };
}
