import type { Ctx } from "../context.ts";
import type { ActionLink } from "../http/models/partials.ts";

/** What keeps passwords of the staff elsewhere: a directory. */
export interface PasswordKeeper {
  /**
   * What it says of an address and a password. The work is the same for addresses that it knows and does not know; null: it is
   * asked for the sake of that alone, and no password leaves the program.
   */
  check(ctx: Ctx, email: string, password: string | null): Promise<KeptAnswer>;
  /** Whether it keeps this person's password, who then has none here. */
  keeps(ctx: Pick<Ctx, "db">, userId: string): Promise<boolean>;
  /** What whoever manages the staff can do about where a person's password is kept. */
  actionsFor(ctx: Ctx, user: { id: string; name: string; email: string }): Promise<ActionLink[]>;
}

/** `elsewhere`: it keeps nothing for such addresses. */
export type KeptAnswer = { is: "elsewhere" | "wrong" | "unreachable" } | { is: "right"; userId: string };
