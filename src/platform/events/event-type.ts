import { type Static, type TObject, type TSchema, Type } from "@sinclair/typebox";
import type { Work } from "../context.ts";

/** An event as a module declares it: what it is called, when it happens, and what it says. */
export interface EventType<S extends TObject = TObject> {
  /** `module.what_happened`; part of the API: it stays. */
  readonly name: string;
  /** When it happens, in a sentence. */
  readonly description: string;
  /** What it says: the ids that a receiver needs, and facts of the moment that the records do not keep. Never prices or secrets. */
  readonly payload: S;
  /** The record it is about: a resource by its path, and where its id stands in the payload; null: none that the API shows. */
  readonly subject: { readonly resource: string; readonly id: string } | null;
  /** Whose pages are out of date after it: a resource, by its table, and where its id stands in the payload. */
  readonly live: Readonly<Record<string, string>>;
  /** Whether clients who look at the record are told that their page is out of date: only of what their page shows. */
  isForClients(payload: Readonly<Record<string, unknown>>): boolean;
  /** Whether other systems may be told (webhooks); others are told only within the program. */
  readonly isPublic: boolean;
}

/** An event whose payload is not looked at: how the registry holds them. */
export type AnyEventType = Pick<
  EventType,
  "name" | "description" | "subject" | "live" | "isForClients" | "isPublic"
> & {
  readonly payload: TObject;
};

type Given<S extends TObject> = Pick<EventType<S>, "name" | "description" | "payload"> & Partial<EventType<S>>;

/**
 * Declares an event. The module lists it in `defineModule({ emits })`; only then may it be emitted and listened to.
 *
 * ```ts
 * export const ticketClosed = eventType({
 *   name: "tickets.closed",
 *   description: "A ticket was given a status that closes it.",
 *   payload: Type.Object({ ticket_id: idOf() }),
 *   subject: { resource: "tickets", id: "ticket_id" },
 * });
 * ```
 */
export function eventType<S extends TObject>(given: Given<S>): EventType<S> {
  return { subject: null, live: {}, isForClients: () => false, isPublic: true, ...given };
}

/** An id in a payload. */
export const idOf = () => Type.String({ format: "uuid" });

/** A value of a payload that may be missing. */
export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** An event as a handler gets it. `payload` was written by the version of the program that ran when it happened. */
export interface Happened<P = Record<string, unknown>> {
  id: string;
  /** The event's name. */
  name: string;
  payload: P;
  occurred_at: string;
  /** Who did it; null: Purser itself. */
  user_id: string | null;
  actor_name: string;
}

/** What a module does when something happened: `name` is unique and stays, for it remembers what was done. */
export interface Subscription {
  /** Which event; `*`: every public one. */
  event: string;
  /** `module.what_it_does`. */
  name: string;
  /** Asked when it happens, in the same unit of work: whether there is anything to do at all. */
  isWanted?(work: Work, event: string): Promise<boolean>;
  /** Runs in a unit of work of its own; together with it the delivery is marked done, so it takes effect once. */
  run(work: Work, event: Happened): Promise<void>;
}

/** Listens to an event; `run` gets the payload as the event declares it. */
export function on<S extends TObject>(
  type: EventType<S>,
  name: string,
  run: (work: Work, event: Happened<Static<S>>) => Promise<void>,
): Subscription {
  return { event: type.name, name, run: (work, event) => run(work, event as Happened<Static<S>>) };
}
