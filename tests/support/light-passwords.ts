/**
 * Loaded before every test file (bunfig.toml): hashes of passwords look as the program asked for them and are computed at
 * argon2's lowest cost, because the full cost, some 30 ms of processor time each, is nothing that most tests are about.
 * The executables compute in full, and so does whoever takes `fullPasswords`.
 */
const { hash, verify } = Bun.password;

/** Bun's own functions. */
export const fullPasswords = { hash, verify };

const lowest = { algorithm: "argon2id", memoryCost: 8, timeCost: 1 } as const;
const costOf = ({ memoryCost, timeCost }: { memoryCost: number; timeCost: number }): string =>
  `$m=${memoryCost},t=${timeCost},`;
/** What stands in a hash where its cost does. */
const cost = /\$m=\d+,t=\d+,/;

/** What replaces them. */
export const lightPasswords: typeof fullPasswords = {
  hash: async (password, options) => {
    // Whoever asks for something else than argon2id at a stated cost gets just that.
    if (typeof options !== "object" || options.algorithm !== "argon2id") return hash(password, options);
    const { memoryCost, timeCost } = options;
    if (memoryCost === undefined || timeCost === undefined) return hash(password, options);
    const light = await hash(password, lowest);
    return light.replace(costOf(lowest), costOf({ memoryCost, timeCost }));
  },
  verify: (password, stored, algorithm) =>
    verify(password, typeof stored === "string" ? stored.replace(cost, costOf(lowest)) : stored, algorithm),
};

Object.assign(Bun.password, lightPasswords);
