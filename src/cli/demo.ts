import { isSizeName, writeDemo } from "../demo/index.ts";
import { usage } from "./arguments.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor, tenantOption } from "./program.ts";
import { configOf, jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "demo",
  summary: "Fill an empty organization with a provider's year, to try things out",
  options: [
    {
      name: "size",
      value: "small|medium|large",
      summary: "25 companies and 600 tickets (small, the default), 500 and 10,000, or 500 and 100,000",
    },
    { name: "seed", value: "NUMBER", summary: "Another number makes other data; 1 unless told" },
    ...(MULTI_TENANT ? [tenantOption] : []),
    jsonOption,
  ],
  takesConfig: true,
  details: `Writes companies, contacts, contracts, tickets, time, invoices and payments, ending today.
An organization without an administrator is set up as Harbor IT. Mail stays unset: nothing is sent.
Prints who can sign in, a line each: role, address of the page, e-mail, password.`,
  run: async (args, io) => {
    const size = args.value("size") ?? "small";
    if (!isSizeName(size)) throw usage("--size is small, medium or large");
    const given = args.value("seed") ?? "1";
    if (!/^\d{1,9}$/.test(given)) throw usage("--seed is a whole number of at most nine digits");
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const { app } = opened.program;
      const id = await tenantFor(opened.database, args.value("tenant"));
      const began = performance.now();
      const { sign_ins, rows } = await writeDemo(app, id, { size, seed: Number(given), password: newPassword() });
      const seconds = (performance.now() - began) / 1000;
      io.err(`${rows} rows were written in ${seconds.toFixed(1)} seconds.`);
      if (args.has("json")) io.out(JSON.stringify(sign_ins));
      else for (const { role, url, email, password } of sign_ins) io.out(`${role}  ${url}  ${email}  ${password}`);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};

/** New for each installation, so that a demo that can be reached from outside is not open to everybody who read the manual. */
function newPassword(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const drawn = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => letters[byte % letters.length]);
  return [0, 4, 8, 12].map((from) => drawn.slice(from, from + 4).join("")).join("-");
}
