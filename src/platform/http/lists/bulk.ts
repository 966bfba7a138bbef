import type { AnyAction } from "../../action.ts";
import type { Ctx } from "../../context.ts";
import type { FieldModel } from "../models/forms.ts";

/** Something one can do with many records of a list at once: the same action as everywhere, once for each. */
export interface BulkChoice {
  key: string;
  label: string;
  icon: string;
  /** What runs, one that is for many; its permission says who is offered the choice. */
  action: AnyAction;
  /** Whether a record that was ticked is left when it has changed since it was shown; of all that match nobody has seen each. */
  isHeldToVersion?: boolean;
  /** What is asked before. */
  fields?(ctx: Ctx): Promise<FieldModel[]> | FieldModel[];
  /** The action's input for a record, beside its id; null where it would change nothing. */
  input?(
    typed: Readonly<Record<string, string>>,
    id: string,
    ctx: Ctx,
  ): Promise<Record<string, unknown> | null> | Record<string, unknown> | null;
}

/** At most so many records at once. */
export const mostAtOnce = 5000;
