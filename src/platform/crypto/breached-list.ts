/**
 * A list of passwords in five bytes each: the first five of each SHA-256, sorted, so that one is found by halving. Of
 * passwords that are not in a list of 50,000 one in some twenty million is taken for one that is.
 */
const width = 5;

const prefixOf = (word: string): Buffer => new Bun.CryptoHasher("sha256").update(word).digest().subarray(0, width);

/** The packed form of a list; words are compared in lower case. */
export function packBreached(words: readonly string[]): Uint8Array {
  const prefixes = new Set(words.map((word) => prefixOf(word.toLowerCase()).toString("hex")));
  return new Uint8Array(Buffer.from([...prefixes].toSorted().join(""), "hex"));
}

/** Whether a packed list holds a word. */
export function isListed(packed: Uint8Array, word: string): boolean {
  const wanted = prefixOf(word);
  let [low, high] = [0, packed.length / width - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = Buffer.compare(packed.subarray(middle * width, (middle + 1) * width), wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
