import { version } from "../../../package.json";

/** The version of this program, as in `1.4.0`. */
export const programVersion: string = version;
