import { describe, expect, test } from "bun:test";
import {
  minutesBetween,
  parseDuration,
  type RoundingMethod,
  roundingMethods,
  roundMinutes,
  typedDuration,
  timerMinutes,
} from "./rules.ts";

const rule = (increment_minutes: number, rounding_method: RoundingMethod, minimum_minutes = 0) => ({
  increment_minutes,
  rounding_method,
  minimum_minutes,
});

describe("rounding of minutes", () => {
  test("up goes to the next step and stays on a full one", () => {
    expect([1, 14, 15, 16, 30].map((minutes) => roundMinutes(minutes, rule(15, "up")))).toEqual([15, 15, 15, 30, 30]);
  });

  test("down drops the step that was begun", () => {
    expect([1, 14, 15, 29, 30].map((minutes) => roundMinutes(minutes, rule(15, "down")))).toEqual([0, 0, 15, 15, 30]);
  });

  test("nearest rounds exactly half a step up", () => {
    expect([2, 3, 5, 8, 9].map((minutes) => roundMinutes(minutes, rule(6, "nearest")))).toEqual([0, 6, 6, 6, 12]);
    expect([7, 8, 22, 23].map((minutes) => roundMinutes(minutes, rule(15, "nearest")))).toEqual([0, 15, 15, 30]);
  });

  test("the minimum applies after the step, and only when there was any work", () => {
    expect(roundMinutes(5, rule(15, "down", 30))).toBe(30);
    expect(roundMinutes(31, rule(15, "up", 30))).toBe(45);
    expect(roundMinutes(3, rule(6, "up", 10))).toBe(10);
    for (const method of roundingMethods) expect(roundMinutes(0, rule(15, method, 30))).toBe(0);
  });

  test("a step of one minute, or none, changes nothing", () => {
    expect(roundMinutes(17, rule(1, "up"))).toBe(17);
    expect(roundMinutes(17, rule(0, "nearest"))).toBe(17);
  });

  test("negative and fractional minutes are a defect of the caller", () => {
    expect(() => roundMinutes(-1, rule(15, "up"))).toThrow(RangeError);
    expect(() => roundMinutes(1.5, rule(15, "up"))).toThrow(RangeError);
  });

  test("rounding is settled: rounding again changes nothing", () => {
    for (const method of roundingMethods) {
      for (let minutes = 0; minutes <= 200; minutes++) {
        const once = roundMinutes(minutes, rule(15, method, 30));
        expect(roundMinutes(once, rule(15, method, 30))).toBe(once);
      }
    }
  });
});

describe("the timer", () => {
  test("counts every minute begun", () => {
    expect(timerMinutes("2026-11-21T10:00:00.000Z", "2026-11-21T10:05:00.000Z")).toBe(5);
    expect(timerMinutes("2026-11-21T10:00:00.000Z", "2026-11-21T10:05:00.001Z")).toBe(6);
  });

  test("counts at least one minute, also when the clock was set back", () => {
    expect(timerMinutes("2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00.000Z")).toBe(1);
    expect(timerMinutes("2026-11-21T10:00:00.000Z", "2026-11-21T09:00:00.000Z")).toBe(1);
  });

  test("counts elapsed time across the night and the change to winter time", () => {
    expect(timerMinutes("2026-10-24T23:30:00.000Z", "2026-10-25T02:30:00.000Z")).toBe(180);
  });
});

describe("start and end times", () => {
  test("give the minutes between, over midnight too", () => {
    expect(minutesBetween("09:15", "10:00")).toBe(45);
    expect(minutesBetween("23:30", "00:15")).toBe(45);
    expect(minutesBetween("09:00", "09:00")).toBe(0);
  });
});

describe("durations as people type them", () => {
  const read = (typed: string): number | string => {
    const parsed = parseDuration(typed);
    return parsed.ok ? parsed.minutes : parsed.message;
  };

  test("in every usual form", () => {
    const forms = [
      "1:30",
      "01:30",
      "1h 30m",
      "1h30",
      "1h30m",
      "1 h 30 min",
      "90",
      "90m",
      "90 minutes",
      "1.5h",
      "1,5 h",
      "1.5",
      " 1H 30M ",
    ];
    for (const typed of forms) expect([typed, read(typed)]).toEqual([typed, 90]);
    expect([read(":45"), read("2 hours"), read("0"), read("0:05"), read("24h"), read("1.33h")]).toEqual([
      45, 120, 0, 5, 1440, 80,
    ]);
  });

  test("what is not one is refused with examples", () => {
    for (const typed of ["abc", "1:75", "-30", "1h 75m", "1.5.5", "1:30:00", "half an hour", "1e3", "90.5m"]) {
      expect(read(typed)).toBe(`"${typed}" is not a duration; write 1:30, 1h 30m, 90 (minutes) or 1.5h.`);
    }
    expect(read(" ")).toContain("Enter a duration");
  });

  test("one entry holds at most a day", () => {
    expect(read("1441")).toContain("at most 24 hours");
    expect(read("25h")).toContain("at most 24 hours");
  });

  test("and are shown in the form that can be typed again", () => {
    expect([0, 5, 90, 1440].map(typedDuration)).toEqual(["0:00", "0:05", "1:30", "24:00"]);
    for (let minutes = 0; minutes <= 1440; minutes += 7) expect(read(typedDuration(minutes))).toBe(minutes);
  });
});
