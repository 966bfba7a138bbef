import { expect, test } from "bun:test";
import { type Candidate, coreName, domainKey, likelyPairs, phoneKey } from "./rules.ts";

const one = (id: string, given: Partial<Candidate>): Candidate => ({
  id,
  name: id,
  email: null,
  website: null,
  phone: null,
  company_id: null,
  ...given,
});

test("a name is compared without what says only how the company stands before the law", () => {
  expect(coreName("Prairie Printing, Inc.")).toBe("prairie printing");
  expect(coreName("Müller GmbH & Co. KG")).toBe(coreName("Müller"));
  expect(coreName("Limited")).toBe("limited");
});

test("a number is compared by its end, a website by its host", () => {
  expect(phoneKey("+1 (217) 555-0122 ext. 12")).toBe(phoneKey("217.555.0122"));
  expect(phoneKey("12345")).toBe("");
  expect(domainKey("https://www.Prairie.example/start?x=1")).toBe("prairie.example");
  expect(domainKey("soon")).toBe("");
});

test("what is shared by more says more, and what everybody shares says nothing", async () => {
  const pairs = await likelyPairs([
    one("a", { name: "Prairie Printing", website: "prairie.example", phone: "217 555 0122" }),
    one("b", { name: "Prairie Printing LLC", website: "www.prairie.example" }),
    one("c", { name: "Somebody else", phone: "217 555 0122" }),
    ...Array.from({ length: 9 }, (_, at) => one(`s${at}`, { website: "shared.example" })),
  ]);
  expect(pairs.map((pair) => [pair.first, pair.second, pair.reasons])).toEqual([
    ["a", "b", ["similar_name", "domain"]],
  ]);
  expect(pairs[0]?.score).toBeGreaterThan(60);
});

test("two people of one name are the same only at one company", async () => {
  const ana = { name: "Ana Silva" };
  expect(await likelyPairs([one("a", { ...ana, company_id: "x" }), one("b", { ...ana, company_id: "y" })])).toEqual([]);
  expect(
    await likelyPairs([one("a", { ...ana, company_id: "x" }), one("b", { ...ana, company_id: "x" })]),
  ).toHaveLength(1);
});

test("of very many the surest are found, and others are let in while they are compared", async () => {
  // Every two have a name, every four a number, and of every second two the address as well.
  const many = Array.from({ length: 2000 }, (_, at) =>
    one(String(at).padStart(4, "0"), {
      name: `Somebody ${at >> 1}`,
      phone: `217 555 ${String(at >> 2).padStart(4, "0")}`,
      email: at & 2 ? null : `somebody${at >> 1}@prairie.example`,
    }),
  );
  const all = await likelyPairs(many);
  expect(all).toHaveLength(1000);
  const isLeftOut = ({ first }: { first: string }): boolean => first < "0100";
  let rests = 0;
  const rest = (): undefined => {
    rests += 1;
  };
  const surest = await likelyPairs(many, { most: 30, isLeftOut, rest });
  expect(surest).toEqual(all.filter((pair) => !isLeftOut(pair)).slice(0, 30));
  expect(surest[0]?.reasons).toEqual(["name", "email", "phone"]);
  // Each of the records for each of the five reasons, and the pairs: never more than a hundred without a rest.
  expect(rests).toBeGreaterThan((5 * many.length + all.length) / 100);
});
