import type { App } from "../../../platform/context.ts";
import { outbound, OutboundProblem } from "../../../platform/outbound/outbound.ts";
import { t } from "../../../platform/language/index.ts";
import { holdsProof, isProof, proofName, proofUrl } from "../rules.ts";

/** Where the proof was found, or why not: both ways are said, since either may be the one that somebody has chosen. */
export type Finding = { by: "dns" | "web"; problem: "" } | { by: null; problem: string };

/** Looks for the proof of a domain in DNS, and then on the web server that it leads to. */
export async function findProof(app: App, domain: string, proof: string): Promise<Finding> {
  const inDns = await dnsProblem(app, domain, proof);
  if (inDns === "") return { by: "dns", problem: "" };
  const onWeb = await webProblem(app, domain, proof);
  return onWeb === "" ? { by: "web", problem: "" } : { by: null, problem: `${inDns} ${onWeb}` };
}

async function dnsProblem(app: App, domain: string, proof: string): Promise<string> {
  try {
    const records = await app.options.resolveTxt(proofName(domain));
    return holdsProof(records, proof)
      ? ""
      : t("{name} has no TXT record with this value yet. DNS may need some minutes.", { name: proofName(domain) });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return code === "ENOTFOUND" || code === "ENODATA"
      ? t("{name} has no TXT record yet. DNS may need some minutes.", { name: proofName(domain) })
      : t("DNS did not answer ({code}). Try again in a moment.", { code: code === "" ? "error" : code });
  }
}

/** By https first; a server that has no certificate for the name yet is asked by http. */
async function webProblem(app: App, domain: string, proof: string): Promise<string> {
  let problem = "";
  for (const scheme of ["https", "http"] as const) {
    problem = await problemAt(app, proofUrl(domain, scheme), proof);
    if (problem === "") return "";
  }
  return problem;
}

async function problemAt(app: App, url: string, proof: string): Promise<string> {
  try {
    const { status, body } = await (app.options.callOut ?? outbound)(
      { url, method: "GET", headers: { accept: "text/plain" }, timeoutMilliseconds: 5000, mostBytes: 1024 },
      app.options.allowedNetworks,
    );
    if (status !== 200) return t("{url} answered {status} instead of the value.", { url, status: String(status) });
    return isProof(Buffer.from(body).toString(), proof) ? "" : t("{url} says something else.", { url });
  } catch (error) {
    if (!(error instanceof OutboundProblem)) throw error;
    return t("{url} was not reached: {problem}", { url, problem: error.message });
  }
}
