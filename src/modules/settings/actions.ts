import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow } from "../../platform/database/columns.ts";
import { changes, fromEdge, newInput, patchInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, invalid, invalidField } from "../../platform/errors.ts";
import { addFile, type StoredBytes, storedBytes } from "../../platform/files/files.ts";
import { t } from "../../platform/language/index.ts";
import { numberTemplateProblem } from "../../platform/number-template.ts";
import { checkKeptPassword } from "./kept-password.ts";
import { checkServerHost } from "./server-host.ts";
import { checkedPublicAddress } from "./public-address.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";

/** The columns of each settings page; the wizard's steps are the same pages. */
export const letterhead = ["name", "email", "phone", "website", "address", "tax_id", "bank_details"] as const;
export const invoicing = ["invoice_prefix", "invoice_footer", "payment_terms"] as const;

const { id: _id, ...organizationPatch } = patchInput(organizations).properties;

/** Changes what the organization says about itself. */
export const updateOrganization = action({
  name: "settings.update_organization",
  permission: "settings.manage",
  input: Type.Object(organizationPatch, { additionalProperties: false }),
  run: async (work: Work, input: Record<string, unknown> & { version?: number }) => {
    const row = await work.db.selectFrom("organizations").select(["id", "public_url"]).executeTakeFirstOrThrow();
    const values = fromEdge(organizations, input, work.tenant.currency);
    const badNumber = values.invoice_prefix === undefined ? null : numberTemplateProblem(values.invoice_prefix);
    if (badNumber !== null) throw invalidField("invoice_prefix", badNumber, "bad_template");
    if (values.public_url !== undefined && values.public_url !== row.public_url)
      values.public_url = await checkedPublicAddress(work, values.public_url);
    return update(work, organizations, row.id, values, input.version);
  },
});

interface LogoInput {
  file: StoredBytes | null;
  version?: number;
}

/** Sets or removes the logo of the letterhead; its bytes have been stored before. */
export const setLogo = action({
  name: "settings.set_logo",
  permission: "settings.manage",
  input: Type.Object({
    file: Type.Union([Type.Null(), storedBytes]),
    version: Type.Optional(Type.Integer()),
  }),
  run: async (work: Work, { file, version }: LogoInput) => {
    const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    const logo_file_id = file === null ? null : await addFile(work, file);
    return update(work, organizations, row.id, { logo_file_id }, version);
  },
});

interface MailInput {
  [name: string]: unknown;
  version?: number;
  password?: string;
}

const mailColumns = newInput(mailSettings, [
  "host",
  "port",
  "security",
  "username",
  "from_name",
  "from_address",
  "is_certificate_checked",
]);
const besideColumns = {
  password: Type.Optional(Type.String({ maxLength: 500 })),
  version: Type.Optional(Type.Integer()),
};

/** What the SMTP form sends, and what is entered first: the columns, and the password, which is kept when left empty. */
export const mailInput = Type.Object({ ...mailColumns.properties, ...besideColumns }, { additionalProperties: false });

/** Enters or changes how mail is sent; what is not said stays. The password is sealed, and never shown again. */
export const updateMailSettings = action({
  name: "settings.update_mail",
  permission: "settings.manage",
  input: Type.Object({ ...changes(mailColumns.properties), ...besideColumns }, { additionalProperties: false }),
  run: async (work: Work, input: MailInput) => {
    const { password, version, ...given } = input;
    const row = await work.db.selectFrom("mail_settings").selectAll().executeTakeFirst();
    const problems = row === undefined ? validate(mailColumns, given) : [];
    if (problems.length > 0) throw invalid(problems);
    const values = fromEdge(mailSettings, given, work.tenant.currency);
    if (values.host !== undefined) checkServerHost(work.app, values.host);
    if (password === undefined || password === "") {
      if (row !== undefined && row.password_sealed !== null) checkKeptPassword(row, { ...row, ...values });
    } else values.password_sealed = work.app.keyring.seal("mail-settings", work.tenant.id, password);
    const username = values.username === undefined ? row?.username : values.username;
    if (username == null) values.password_sealed = null;
    return row === undefined
      ? insert(work, mailSettings, values as NewRow<typeof mailSettings>)
      : update(work, mailSettings, row.id, values, version);
  },
});

interface MailId {
  id: string;
}

/** Sends a mail again that failed, or of which nobody knows whether it arrived. */
export const retryMail = action({
  name: "settings.retry_mail",
  permission: "settings.manage",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  run: async (work: Work, { id }: MailId) => {
    const mail = await find(work, "mails", id);
    if (mail.mail_status !== "failed" && mail.mail_status !== "uncertain")
      throw conflict(t("This mail has not failed, so it is not sent again."), "not_failed");
    await work.db
      .updateTable("mails")
      .set({
        mail_status: "queued",
        attempts: 0,
        next_attempt_at: work.app.clock.now(),
        last_error: "",
        updated_at: work.app.clock.now(),
      })
      .where("id", "=", id)
      .execute();
    writeAuditEntry(work, "update", "mails", id, { mail_status: mail.mail_status }, { mail_status: "queued" });
  },
});
