import { addAll } from "../../platform/reference.ts";
import { Type } from "@sinclair/typebox";
import { actorOf } from "../../platform/access/identify.ts";
import { offerPermissions } from "../../platform/access/roles.ts";
import { users } from "../../platform/access/schema.ts";
import { startSession } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import { asSystem, type Work } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict } from "../../platform/errors.ts";
import { currentLanguage, languageOf, t, usualLocale } from "../../platform/language/index.ts";
import { organizations } from "../../platform/tenants.ts";
import { useOneTime } from "../staff/index.ts";
import { indexOf } from "./steps.ts";

export interface FirstAdministrator {
  /** The setup link's token; null on the command line, where whoever may run it is trusted. */
  token: string | null;
  name: string;
  email: string;
  password_hash: string;
}

const input = Type.Object(
  {
    token: Type.Union([Type.String(), Type.Null()]),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    email: Type.String({ format: "email", maxLength: 254 }),
    password_hash: Type.String(),
  },
  { additionalProperties: false },
);

/**
 * Makes the first administrator and closes the set-up for everybody else. The link's token is used up and the row that
 * says "set up" is changed in the same transaction, so of two visitors at the same moment one gets through.
 */
export const createFirstAdministrator = action({
  name: "setup.create_administrator",
  permission: null,
  input,
  run: async (joined: Work, given: FirstAdministrator) => {
    const work = asSystem(joined);
    if (given.token !== null) await useOneTime(work, "setup", given.token);
    const organization = await work.db
      .selectFrom("organizations")
      .select(["id", "set_up_at", "locale"])
      .executeTakeFirstOrThrow();
    if (organization.set_up_at !== null)
      throw conflict(t("Purser has been set up already. Sign in instead."), "already_set_up");
    const now = work.app.clock.now();
    await offerPermissions(work);
    const user = await insert(work, users, {
      user_type: "staff",
      name: given.name.trim(),
      email: given.email.trim().toLowerCase(),
      password_hash: given.password_hash,
      password_changed_at: now,
    });
    const role = await work.db
      .selectFrom("roles")
      .select("id")
      .where("role_key", "=", "administrator")
      .executeTakeFirstOrThrow();
    await work.db.insertInto("user_roles").values({ user_id: user.id, role_id: role.id }).execute();
    // A visitor's browser says what the organization speaks; the command line says nothing of it, and an operator may have.
    const isForeign = given.token !== null && languageOf(organization.locale) !== currentLanguage();
    await update(work, organizations, organization.id, {
      set_up_at: now,
      setup_step: "administrator",
      ...(isForeign ? { locale: usualLocale(currentLanguage()) } : {}),
    });
    const actor = await actorOf(work.db, user.id, null, null);
    if (actor === null) throw new Error("the first administrator cannot sign in");
    // Nobody has a browser at the command line: a session there would look like a stranger's.
    const session = given.token === null ? null : await startSession({ ...work, actor }, user.id);
    return { user_id: user.id, session };
  },
});

interface Finished {
  step: string;
}

/** Remembers how far the wizard has come; whoever goes back to a step leaves the later ones done. */
export const finishStep = action({
  name: "setup.finish_step",
  permission: "settings.manage",
  input: Type.Object({ step: Type.String({ maxLength: 40 }) }, { additionalProperties: false }),
  run: async (work: Work, { step }: Finished) => {
    const row = await work.db.selectFrom("organizations").select(["id", "setup_step"]).executeTakeFirstOrThrow();
    if (indexOf(step) > indexOf(row.setup_step)) await update(work, organizations, row.id, { setup_step: step });
  },
});

interface Chosen {
  sets: string[];
}

/** Writes the standard data that was chosen; a set that is there already is left as it is. */
export const applyReferenceData = action({
  name: "setup.apply_reference_data",
  permission: "settings.manage",
  input: Type.Object(
    { sets: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 50 }) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { sets }: Chosen) => {
    for (const set of work.app.registry.reference) if (sets.includes(set.key)) await addAll(work, set);
  },
});
