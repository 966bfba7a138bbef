import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff, password, tokenOf } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import type { Page, Visitor } from "../../../../tests/support/visitor.ts";
import { passkeys } from "../../../platform/access/factors.ts";
import { inUnit } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const minutes = (count: number): void => t.clock.advance(count * 60_000);
const asksForIt = ({ html }: Page): boolean => /type="password"/.test(html);
/** Somebody whose sign-in was a while ago. */
async function someoneSignedInEarlier(): Promise<{ id: string; browser: Visitor }> {
  const person = await makeStaff(t.harbor, "administrator");
  const browser = await browserOf(t, person);
  minutes(11);
  return { id: person.id, browser };
}
const addPasskey = (user_id: string): Promise<{ id: string }> =>
  inUnit(t.harbor.system, (work) =>
    insert(work, passkeys, {
      user_id,
      name: "Laptop",
      credential_id: crypto.randomUUID(),
      public_key: "x",
    }),
  );

describe("what proves a person is added and taken away", () => {
  test("without more by whoever has just signed in, and with the password ten minutes later", async () => {
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const form = "/account/api-keys/new";
    expect(asksForIt(await browser.open(form))).toBe(false);
    expect((await browser.submit(form, { name: "Early" })).url).toStartWith("/shown-once");
    minutes(11);
    expect(asksForIt(await browser.open(form))).toBe(true);
    const refused = await browser.submit(form, { name: "Late" });
    expect([refused.status, refused.text.includes("Enter your password"), refused.html.includes("Late")]).toEqual([
      422,
      true,
      true,
    ]);
    const wrong = await browser.submit(form, { name: "Late", _password: "wrong wrong wrong" });
    expect([wrong.status, wrong.text.includes("This is not your current password.")]).toEqual([422, true]);
    expect((await browser.submit(form, { name: "Late", _password: password })).url).toStartWith("/shown-once");
    const list = (await browser.open("/account/api-keys")).text;
    expect([list.includes("Early"), list.split("Late").length]).toEqual([true, 2]);
  });

  test("an authenticator app, from its set-up on", async () => {
    const { browser } = await someoneSignedInEarlier();
    const account = await browser.open("/account");
    expect(account.html).toContain('href="/account/two-step/start"');
    const start = "/account/two-step/start";
    expect(asksForIt(await browser.open(start))).toBe(true);
    expect((await browser.submit(start)).status).toBe(422);
    expect((await browser.open("/account/two-step")).url).toBe("/account");
    await browser.open(start);
    expect((await browser.submit(start, { present_password: password })).url).toBe("/account/two-step");
  });

  test("a passkey: nothing is given to sign, and none is removed", async () => {
    const { id, browser } = await someoneSignedInEarlier();
    const page = await browser.open("/account");
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const options = (body: object): Promise<Response> =>
      t.fetch("/account/passkeys/options", {
        method: "POST",
        headers: {
          cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; "),
          "content-type": "application/json",
          "x-csrf-token": csrf,
        },
        body: JSON.stringify(body),
      });
    const refused = await options({});
    expect([refused.status, await refused.json()]).toEqual([
      422,
      { error: "Enter your password: you signed in some time ago." },
    ]);
    expect((await options({ password: "wrong wrong wrong" })).status).toBe(422);
    // With the password it fails for another reason: the tests' address is none for passkeys.
    expect(((await (await options({ password })).json()) as { error: string }).error).not.toContain("password");

    const key = await addPasskey(id);
    const remove = `/account/passkeys/${key.id}/remove`;
    expect((await browser.open(remove)).text).toContain("Remove the passkey Laptop?");
    expect((await browser.submit(remove)).status).toBe(422);
    expect((await browser.submit(remove, { present_password: password })).url).toBe("/account");
    expect((await browser.open("/account")).text).not.toContain("Laptop");
  });

  test("over the API alike", async () => {
    const person = await makeStaff(t.harbor, "administrator");
    const key = await tokenOf(t, person);
    minutes(11);
    const make = (more: object) => {
      const body = { data: { type: "api_keys", attributes: { name: "Script", ...more } } };
      return t.api("POST", "/api/v1/api-keys", { key, body });
    };
    const setUp = (attributes: object) =>
      t.api("POST", "/api/v1/auth/mfa/setup", { key, body: { data: { type: "mfa", attributes } } });
    for (const ask of [make, setUp]) {
      const refused = await ask({});
      expect([refused.status, refused.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/password"]);
      expect((await ask({ password: "wrong wrong wrong" })).body.errors[0].code).toBe("wrong_password");
      expect((await ask({ password })).status).toBeLessThan(300);
    }
    // A passkey is a second step from then on: whoever signs in with the password alone does it before.
    const fresh = await tokenOf(t, person);
    const { id } = await addPasskey(person.id);
    const late = await t.api("DELETE", `/api/v1/auth/passkeys/${id}`, { key });
    expect([late.status, late.body.errors[0].code]).toEqual([401, "sign_in_again"]);
    expect((await t.api("DELETE", `/api/v1/auth/passkeys/${id}`, { key: fresh })).status).toBe(204);
  });
});
