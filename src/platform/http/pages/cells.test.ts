import { expect, test } from "bun:test";
import type { Tenant } from "../../context.ts";
import { formatAgo } from "./cells.ts";

const tenant = { locale: "en-US", zone: "UTC" } as Tenant;
const now = "2026-11-21T08:00:00.000Z";

test.each([
  ["2026-11-21T07:59:30.000Z", "just now"],
  ["2026-11-21T07:48:00.000Z", "12 min ago"],
  ["2026-11-20T08:00:00.000Z", "1 d ago"],
  ["2026-11-01T08:00:00.000Z", "Nov 1, 2026"],
  ["2026-11-21T08:00:20.000Z", "in a moment"],
  // What is to be waited for is not told too short.
  ["2026-11-21T08:04:10.000Z", "in 5 min"],
  ["2026-11-21T10:00:00.000Z", "in 2 h"],
  ["2026-11-24T08:00:00.000Z", "in 3 d"],
  ["2026-12-24T08:00:00.000Z", "Dec 24, 2026"],
])("%s is told as %p", (instant, text) => {
  expect(formatAgo(instant, tenant, now)).toBe(text);
});
