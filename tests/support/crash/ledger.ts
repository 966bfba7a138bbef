/** What the clients of a crash test have asked for, and what they were told. */

export type DeedKind =
  | "ticket"
  | "note"
  | "time"
  | "file"
  | "reply"
  | "invoice"
  | "time_invoice"
  | "batch"
  | "approve"
  | "send"
  | "check"
  | "card";

/**
 * `open`: no answer yet, the same request will be sent again; `done`: acknowledged; `lost`: carried out, the answer is gone
 * (409 `answer_lost`); `refused`: answered with a reason why not; `dropped`: never answered and not sent again.
 */
export type DeedState = "open" | "done" | "lost" | "refused" | "dropped";

export interface Deed {
  /** The Idempotency-Key. */
  key: string;
  kind: DeedKind;
  path: string;
  body: object | null;
  /** A text that is in the record and nowhere else. */
  marker: string;
  state: DeedState;
  /** The record, once the answer has named it. */
  id: string | null;
  /** Milliseconds (`performance.now()`) before which it is not sent again. */
  notBefore: number;
  attempts: number;
  /** What follows when it is done. */
  whenDone: ((deed: Deed) => void) | null;
  doneAt: string | null;
}

export interface Ledger {
  deeds: Deed[];
  /** Answers that no client should ever get: status, deed and body. */
  unexpected: string[];
  /** Refusals that are right, by what was asked and the code of the answer. */
  refusals: Map<string, number>;
  /** Requests sent, repetitions included. */
  requests: number;
  add(deed: Pick<Deed, "kind" | "path" | "body" | "marker"> & Partial<Pick<Deed, "whenDone">>): Deed;
  count(state: DeedState, kind?: DeedKind): number;
}

export function newLedger(): Ledger {
  const deeds: Deed[] = [];
  return {
    deeds,
    unexpected: [],
    refusals: new Map(),
    requests: 0,
    add: (given) => {
      const deed: Deed = {
        key: crypto.randomUUID(),
        state: "open",
        id: null,
        notBefore: 0,
        attempts: 0,
        doneAt: null,
        whenDone: null,
        ...given,
      };
      deeds.push(deed);
      return deed;
    },
    count: (state, kind) => deeds.filter((deed) => deed.state === state && (kind ?? deed.kind) === deed.kind).length,
  };
}
