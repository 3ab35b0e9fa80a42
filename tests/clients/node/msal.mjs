// What the scripts of MSAL Node have in common: how it finds the practice tenant, and how a person signs in.
import { CryptoProvider } from "@azure/msal-node";
import { settings, signInAt } from "./conversation.mjs";

/** An app's configuration. A known authority is one that MSAL doesn't ask the cloud about. */
export function configuration(credential = {}) {
  const { authority, clientId } = settings;
  return { auth: { authority, clientId, knownAuthorities: [new URL(authority).host], ...credential } };
}

/** The authorization code flow with PKCE; no browser has to reach the redirect URI, because the person brings the URL. */
export async function signIn(app, scopes) {
  const request = { scopes, redirectUri: "http://localhost:1" };
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const page = await app.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: "S256" });
  const code = new URL(await signInAt(page)).searchParams.get("code");
  return app.acquireTokenByCode({ ...request, code, codeVerifier: verifier });
}
