/** Whether `scripts/test` has found no way to a program; a test of it is then skipped and counted as not available. */
export function isMissing(program: string): boolean {
  return (process.env["PURSER_TEST_WITHOUT"] ?? "").split(",").includes(program);
}
