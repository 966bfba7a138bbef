import { model } from "/tmp/sample.ts";
import { invoicePdf } from "../../modules/billing/pdf/invoice.ts";
const bytes = await invoicePdf(model);
await Bun.write(process.argv[2] ?? "/tmp/pdfbin/out.pdf", bytes);
console.log(bytes.length, import.meta.dir);
