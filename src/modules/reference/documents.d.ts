/** A document that the build puts into the executable, as its text. */
declare module "*.md" {
  const text: string;
  export { text as default };
}
