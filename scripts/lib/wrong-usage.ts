/** Ends a script that was called wrongly, in a sentence: `scripts/NAME: TEXT; …`. */
export function wrongUsage(script: string, text: string): never {
  console.error(`scripts/${script}: ${text}; scripts/${script} --help says more`);
  process.exit(2);
}
