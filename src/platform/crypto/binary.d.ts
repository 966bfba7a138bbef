/** A file that the build puts into the executable; the import is its path there. */
declare module "*.bin" {
  const path: string;
  export { path as default };
}
