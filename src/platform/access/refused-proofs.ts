import { type Failure, forbidden, unauthorized } from "../errors.ts";
import { t } from "../language/index.ts";

/**
 * Why a key or token that is right opens nothing. Only who holds the secret itself gets to read this: what is guessed is
 * found nowhere, and gets `unknownProof` whatever it resembles.
 */
export const refusedProofs = {
  key_revoked: (): Failure => unauthorized(t("This API key has been revoked. Make a new one."), "key_revoked"),
  key_expired: (endedAt: string): Failure =>
    unauthorized(t("This API key has expired ({instant}). Make a new one.", { instant: endedAt }), "key_expired"),
  key_owner_gone: (): Failure =>
    unauthorized(t("The person this API key acts for can no longer sign in here."), "key_owner_gone"),
  key_elsewhere: (address: string): Failure =>
    forbidden(
      t("This API key cannot be used from your network address ({address}).", { address }),
      "address_not_allowed",
    ),
  token_expired: (): Failure =>
    unauthorized(t("This access token has expired. Get a new one with the refresh token."), "token_expired"),
  session_ended: (): Failure =>
    unauthorized(t("The session of this access token has ended. Sign in again."), "session_ended"),
  access_withdrawn: (): Failure =>
    unauthorized(t("This app's access has been taken back, or its token revoked."), "access_withdrawn"),
} as const;

/** What a key or token that is not known is told: that it was brought, and nothing about any that there is. */
export const unknownProof = (): Failure => unauthorized(t("This key or token is not known here."));
