/** As much of the LDAP server of `ldapjs` as the stand-in directory needs. */
declare module "ldapjs" {
  interface Request {
    dn: { toString(): string };
    credentials: string;
    scope: number;
    filter: { toString(): string };
  }
  interface Response {
    attributes: string[];
    send(entry: { dn: string; attributes: Record<string, unknown> }): void;
    end(): void;
  }
  type Handler = (request: Request, response: Response, next: (error?: Error) => void) => void;
  interface Server {
    bind(base: string, handler: Handler): void;
    search(base: string, handler: Handler): void;
    listen(port: number, host: string, done: () => void): void;
    close(done: () => void): void;
    address(): { port: number };
  }
  const ldap: {
    createServer(options: { key: string; certificate: string }): Server;
    InvalidCredentialsError: new () => Error;
  };
  export default ldap;
}
