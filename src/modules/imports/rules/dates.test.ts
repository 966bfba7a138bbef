import { expect, test } from "bun:test";
import { dateParser, instantParser, orderOf } from "./dates.ts";

const read = (parse: ReturnType<typeof dateParser>, text: string): unknown => {
  const parsed = parse(text);
  return parsed.ok ? parsed.value : parsed.code;
};

test("days come in as people, products and spreadsheets write them", () => {
  for (const text of [
    "2024-03-14",
    "14.3.2024",
    "14.03.2024",
    "3/14/2024",
    "14/3/2024",
    "Mar 14, 2024",
    "14 March 2024",
    "45365",
    "2024/3/14",
  ])
    expect([text, read(dateParser(null), text)]).toEqual([text, "2024-03-14"]);
  for (const text of ["31.2.2024", "2024-13-01", "yesterday", "123", "99999", "14 Foo 2024"])
    expect([text, read(dateParser(null), text)]).toEqual([text, "invalid_date"]);
});

test("a date that could be two is refused until somebody has said which comes first", () => {
  expect(read(dateParser(null), "3/4/2024")).toBe("ambiguous_date");
  expect(read(dateParser("mdy"), "3/4/2024")).toBe("2024-03-04");
  expect(read(dateParser("dmy"), "3/4/2024")).toBe("2024-04-03");
  expect(read(dateParser(null), "4/4/2024")).toBe("2024-04-04");
  expect(read(dateParser("dmy"), "3/14/2024")).toBe("invalid_date");
});

test("points in time have their time along, in twelve hours or twenty-four", () => {
  for (const [text, value] of [
    ["3/14/2024 4:05 PM", "2024-03-14T16:05:00.000Z"],
    ["3/14/2024 12:05 AM", "2024-03-14T00:05:00.000Z"],
    ["14.3.2024 16:05:10", "2024-03-14T16:05:10.000Z"],
    ["45365.5", "2024-03-14T12:00:00.000Z"],
    ["Mar 14, 2024, 4:05 PM", "2024-03-14T16:05:00.000Z"],
    ["14/3/2024 16:05 +0100", "2024-03-14T15:05:00.000Z"],
    ["2024-03-14 16:05", "2024-03-14T16:05:00.000Z"],
    ["3/4/2024 10:00", "ambiguous_date"],
    ["soon", "invalid_instant"],
  ] as const)
    expect([text, read(instantParser(null, "UTC"), text)]).toEqual([text, value]);
});

test("a point in time without a zone is local time where the organization is, in summer and winter", () => {
  const parse = instantParser("dmy", "Europe/Berlin");
  for (const [text, value] of [
    ["14.1.2024 16:05", "2024-01-14T15:05:00.000Z"],
    ["2024-07-14 16:05", "2024-07-14T14:05:00.000Z"],
    ["2024-07-14", "2024-07-13T22:00:00.000Z"],
    ["2024-07-14 16:05Z", "2024-07-14T16:05:00.000Z"],
    ["14/7/2024 4:05 PM -0500", "2024-07-14T21:05:00.000Z"],
    // The hour that the clock skips is read as the one after it.
    ["2024-03-31 02:30", "2024-03-31T01:30:00.000Z"],
  ] as const)
    expect([text, read(parse, text)]).toEqual([text, value]);
});

test("a file of which some dates can only be read in one way says it for all of them", () => {
  const rows = (...cells: string[]): { cells: string[] }[] => cells.map((cell) => ({ cells: ["x", cell] }));
  expect(orderOf(rows("3/4/2024", "3/14/2024 4:05 PM"))).toBe("mdy");
  expect(orderOf(rows("3/4/2024", "14/3/2024"))).toBe("dmy");
  expect(orderOf(rows("14/3/2024", "3/14/2024"))).toBeNull();
  expect(orderOf(rows("3/4/2024", "https://a.example/13/14/2024"))).toBeNull();
});
