import { api, type User } from "../people.ts";
import { type Stillness, watched } from "../still.ts";
import { onServer, type Round } from "./round.ts";

export interface StillResult {
  name: string;
  seconds: number;
  still: Stillness;
}

/** Heavy work beside the requests, and how long these had to wait for an answer that costs nothing. */
export const still = (round: Round): Promise<StillResult[]> =>
  onServer(round, "large", 0, async ({ copy, server, boss }) => {
    const results: StillResult[] = [];
    const beside = async (name: string, work: () => Promise<void>): Promise<void> => {
      const { seconds, still: seen } = await watched(server.url, work);
      results.push({ name, seconds, still: seen });
    };
    const page = async (path: string): Promise<void> => {
      const answer = await fetch(server.url + path, { headers: boss.headers });
      if (!answer.ok || answer.body === null) throw new Error(`${path}: ${answer.status}`);
      for await (const _chunk of answer.body);
    };
    await beside("nothing", () => Bun.sleep(3000));
    await beside("report: receivables by age", () => page("/billing/aging"));
    await beside("report: preview of the billing run", () => page("/billing/run"));
    await beside("report: dashboard", () => page("/"));
    await beside("report: list of time", () => page("/time"));
    await beside("export: 100,000 tickets as CSV", () =>
      page("/lists/export?list=/tickets&back=/tickets%3Fview%3Dall"),
    );
    await beside("export: everything, as an archive", () => exportEverything(server.url, boss));
    if (!round.edition.isMultiTenant)
      await beside("backup", async () => {
        const child = Bun.spawn([round.edition.file, "backup", "create"], {
          env: { ...process.env, PURSER_DATA_DIR: copy.dataDir },
          stdout: "ignore",
          stderr: "ignore",
        });
        if ((await child.exited) !== 0) throw new Error("the backup failed");
      });
    return results;
  });

async function exportEverything(url: string, boss: User): Promise<void> {
  type Export = { data: { id: string; attributes: { export_status: string } } };
  const made = await api<Export>(url, boss, "/data-exports", { data: { type: "data_exports", attributes: {} } });
  for (;;) {
    await Bun.sleep(500);
    const { data } = await api<Export>(url, boss, `/data-exports/${made.data.id}`);
    if (data.attributes.export_status === "ready") return;
    if (data.attributes.export_status === "failed") throw new Error("the export failed");
  }
}
