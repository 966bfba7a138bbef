/** The second process: plays people against the server and says how long they waited. A plan in, a result out. */
import { deskShares, type OperationName, operationNames, operations, type Wanted } from "./operations.ts";
import type { Subjects, User } from "./people.ts";

export interface Plan {
  url: string;
  users: User[];
  subjects: Subjects;
  /** One kind without a pause, the mix of a desk with pauses, or one address again and again. */
  play: { kind: "flat out"; operation: OperationName } | { kind: "desk" } | { kind: "address"; path: string };
  /** Pause between two requests of a person, in seconds, drawn evenly. */
  pause: [from: number, to: number];
  /** Before anything is counted. */
  warmUpSeconds: number;
  seconds: number;
}

/** Milliseconds of each request that was answered as it should be, and what went wrong instead. */
export interface Played {
  seconds: number;
  times: Record<string, number[]>;
  errors: Record<string, string[]>;
}

async function play(plan: Plan): Promise<Played> {
  const times: Record<string, number[]> = {};
  const errors: Record<string, string[]> = {};
  const began = performance.now();
  const from = began + plan.warmUpSeconds * 1000;
  const until = from + plan.seconds * 1000;
  const pauseOf = (): number => 1000 * (plan.pause[0] + Math.random() * (plan.pause[1] - plan.pause[0]));

  const person = async (user: User): Promise<void> => {
    // Nobody begins at the same moment.
    await Bun.sleep(Math.random() * pauseOf());
    while (performance.now() < until) {
      const [name, { path, init, status }] = wanted(plan, user);
      const askedAt = performance.now();
      let problem: string | null = null;
      try {
        const answer = await fetch(plan.url + path, init);
        const body = await answer.arrayBuffer();
        if (answer.status !== status)
          problem = `${answer.status} for ${path}: ${new TextDecoder().decode(body).slice(0, 300)}`;
      } catch (error) {
        problem = String(error);
      }
      const answeredAt = performance.now();
      if (answeredAt >= from && answeredAt <= until) {
        if (problem === null) (times[name] ??= []).push(answeredAt - askedAt);
        else (errors[name] ??= []).push(problem);
      }
      const pause = pauseOf();
      if (pause > 0) await Bun.sleep(pause);
    }
  };
  await Promise.all(plan.users.map(person));
  return { seconds: plan.seconds, times, errors };
}

function wanted({ play: what, subjects }: Plan, user: User): [string, Wanted] {
  if (what.kind === "address") return [what.path, { path: what.path, init: { headers: user.headers }, status: 200 }];
  const name = what.kind === "desk" ? drawnOperation() : what.operation;
  return [name, operations[name](user, subjects)];
}

function drawnOperation(): OperationName {
  let left = Math.random() * operationNames.reduce((sum, name) => sum + deskShares[name], 0);
  for (const name of operationNames) {
    left -= deskShares[name];
    if (left < 0) return name;
  }
  return "ticket list";
}

if (import.meta.main) console.log(JSON.stringify(await play((await Bun.stdin.json()) as Plan)));
