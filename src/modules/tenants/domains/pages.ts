import { type Ctx } from "../../../platform/context.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import { field, formFailure, formModel } from "../../../platform/http/forms/model.ts";
import { type Failure, notFound } from "../../../platform/errors.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { proofName, proofPrefix, proofUrl } from "../rules.ts";
import { choosePrimary, claimDomain, claimsOf, domainsOf, verifyDomain, withdrawDomain } from "./actions.ts";

/** Settings → Host names: an organization's own names, each with a proof in DNS or on the web. */

const permission = "settings.manage";
const home = "/settings/domains";
const crumbs = (): { label: string; href: string }[] => [{ label: t("Settings"), href: "/settings" }];
const named = (incoming: Incoming): string => incoming.params["domain"] ?? "";

async function showDomains(ctx: Ctx): Promise<Answer> {
  const domains = await domainsOf(ctx.db, ctx.tenant.id);
  const claims = await claimsOf(ctx.db, ctx.tenant.id);
  return page("records/show", t("Host names"), {
    header: {
      title: t("Host names"),
      subtitle: t("The names by which your people and your clients reach Purser."),
      breadcrumbs: crumbs(),
      badges: [],
      actions: [link(t("Add host name"), `${home}/new`, "plus", "primary")],
    },
    stats: [],
    tabs: [],
    sections: [
      section({
        id: "domains",
        title: t("Host names"),
        columns: [{ label: t("Host name") }, { label: t("State") }, { label: "", is_secondary: true }],
        rows: [
          ...domains.map(({ domain, is_primary }) => ({
            id: domain,
            href: `${home}/${domain}`,
            cells: [
              cell.strong(domain, `${home}/${domain}`),
              is_primary ? cell.badge(t("Primary"), "success") : cell.badge(t("Verified"), "info"),
              cell.muted(is_primary ? t("Links are made with it") : ""),
            ],
          })),
          ...claims.map(({ domain, last_problem }) => ({
            id: `claim-${domain}`,
            href: `${home}/${domain}`,
            cells: [
              cell.strong(domain, `${home}/${domain}`),
              cell.badge(t("Not verified"), "warning"),
              cell.muted(last_problem),
            ],
          })),
        ],
        empty: empty("globe", t("No host name"), ""),
      }),
    ],
    facts: [],
    notes: "",
    attachments: [],
  });
}

async function showDomain(ctx: Ctx, domain: string): Promise<Answer> {
  const known = (await domainsOf(ctx.db, ctx.tenant.id)).find((one) => one.domain === domain);
  const claim = (await claimsOf(ctx.db, ctx.tenant.id)).find((one) => one.domain === domain);
  if (known === undefined && claim === undefined) throw notFound(t("This host name"));
  const now = ctx.app.clock.now();
  const at = `${home}/${domain}`;
  const remove = button(t("Remove"), `${at}/remove`, "trash", "danger", t("Remove {domain}?", { domain }));
  return page("records/show", domain, {
    header: {
      title: domain,
      subtitle: "",
      breadcrumbs: [...crumbs(), { label: t("Host names"), href: home }],
      badges: [
        claim !== undefined
          ? { text: t("Not verified"), tone: "warning" }
          : { text: known?.is_primary === true ? t("Primary") : t("Verified"), tone: "success" },
      ],
      actions:
        claim !== undefined
          ? [remove, button(t("Verify"), `${at}/verify`, "check", "primary")]
          : known?.is_primary === true
            ? []
            : [remove, button(t("Make primary"), `${at}/primary`, "check", "primary")],
    },
    stats: [],
    tabs: [],
    sections:
      claim === undefined
        ? []
        : [
            section({
              id: "proof",
              title: t("Prove it in one of two ways"),
              columns: [{ label: t("How") }, { label: t("Where") }, { label: t("Value") }],
              rows: [
                {
                  id: "txt",
                  cells: [
                    cell.text(t("A TXT record in DNS")),
                    cell.text(proofName(domain)),
                    cell.text(proofPrefix + claim.proof),
                  ],
                },
                {
                  id: "web",
                  cells: [
                    cell.text(t("A file on your web server")),
                    cell.text(proofUrl(domain)),
                    cell.text(proofPrefix + claim.proof),
                  ],
                },
              ],
              empty: empty("globe", "", ""),
            }),
          ],
    facts: [
      ...(claim === undefined
        ? [facts(t("Host name"), [[t("Since"), cell.instant(known?.created_at, ctx.tenant, now)]])]
        : []),
      ...(claim?.last_tried_at == null
        ? []
        : [
            facts(t("Last attempt"), [
              [t("When"), cell.instant(claim.last_tried_at, ctx.tenant, now)],
              [t("Problem"), cell.text(claim.last_problem)],
            ]),
          ]),
    ],
    ...(claim === undefined
      ? {}
      : {
          body: {
            title: t("Why this is asked"),
            text: t(
              "Record or file prove that the name is yours. The file is for a name that leads to a web server of yours so far: a text file with the value and nothing else, at that address or at the same one with http; redirects are not followed. Then press Verify, and let the name itself lead to this installation: by a CNAME or an address, as whoever runs it tells you. Record and file may go afterwards.",
            ),
          },
        }),
    notes: "",
    attachments: [],
  });
}

function newPage(typed: Record<string, unknown>, failure: Failure | null): Answer {
  return page(
    "forms/index",
    t("Add host name"),
    {
      header: {
        title: t("Add host name"),
        subtitle: "",
        breadcrumbs: [...crumbs(), { label: t("Host names"), href: home }],
        badges: [],
        actions: [],
      },
      form: formModel({
        action: `${home}/new`,
        values: typed,
        failure,
        submit_label: t("Add"),
        cancel_url: home,
        sections: [
          {
            title: "",
            fields: [
              field("domain", t("Host name"), {
                is_required: true,
                span: 6,
                placeholder: "desk.example.com",
                hint: t(
                  "It leads here once you have proved, by a record in DNS or a file on your web server, that it is yours.",
                ),
              }),
            ],
          },
        ],
      }),
    },
    failure?.status ?? 200,
  );
}

/** A button: what stands in the way is said on the page it goes back to. */
function pressed(
  verb: string,
  back: (domain: string) => string,
  run: (ctx: Ctx, domain: string) => Promise<string>,
): Route {
  return {
    method: "POST",
    path: `${home}/:domain/${verb}`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      try {
        return redirect(back(named(incoming)), await run(ctx, named(incoming)));
      } catch (error) {
        return redirect(`${home}/${named(incoming)}`, formFailure(error).message, "error");
      }
    },
  };
}

export const domainPages: Route[] = [
  { method: "GET", path: home, door: "staff", permission, handle: (ctx) => showDomains(ctx) },
  { method: "GET", path: `${home}/new`, door: "staff", permission, handle: async () => newPage({}, null) },
  {
    method: "POST",
    path: `${home}/new`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const given = String(fields["domain"] ?? "");
      try {
        const domain = await claimDomain(ctx, given);
        return redirect(`${home}/${domain}`, t("Put the value where it is looked for, then verify."));
      } catch (error) {
        return newPage(fields, formFailure(error));
      }
    },
  },
  {
    method: "GET",
    path: `${home}/:domain`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => showDomain(ctx, named(incoming)),
  },
  pressed(
    "verify",
    (domain) => `${home}/${domain}`,
    async (ctx, domain) => {
      await verifyDomain(ctx, domain);
      return t("{domain} is verified and leads here.", { domain });
    },
  ),
  pressed(
    "primary",
    () => home,
    async (ctx, domain) => {
      await choosePrimary(ctx, ctx.tenant.id, domain);
      return t("Links are made with {domain} now.", { domain });
    },
  ),
  pressed(
    "remove",
    () => home,
    async (ctx, domain) => {
      await withdrawDomain(ctx, domain);
      return t("The host name is removed.");
    },
  ),
];
