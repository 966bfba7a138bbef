/**
 * What was asked for lately, by its key; at most `most` things. Once there is room for no more, what nobody has asked for since the
 * time before goes: in two halves, for a list in order of use would have to be moved about at each look.
 */
export class Lately<V> {
  #now = new Map<string, V>();
  #before = new Map<string, V>();

  constructor(private readonly most: number) {}

  get(key: string): V | undefined {
    const present = this.#now.get(key);
    if (present !== undefined) return present;
    const before = this.#before.get(key);
    if (before !== undefined) this.set(key, before);
    return before;
  }

  set(key: string, value: V): V {
    if (this.#now.size >= this.most / 2) {
      this.#before = this.#now;
      this.#now = new Map();
    }
    this.#now.set(key, value);
    return value;
  }
}
