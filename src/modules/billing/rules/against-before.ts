/**
 * How a total stands against the one before it, in minor units.
 *
 * @returns the difference, and how many per cent of the one before it is, rounded to a whole one and without its sign; null
 * where the one before was nothing, of which nothing is a per cent
 */
export function againstBefore(total: number, before: number): { difference: number; percent: number | null } {
  const difference = total - before;
  return { difference, percent: before === 0 ? null : Math.round(Math.abs(difference / before) * 100) };
}
