// openid-client, which knows nothing of Microsoft: discovery, authorization code with PKCE, and a validated ID token.
import * as client from "openid-client";
import { askGraph, end, settings, signInAt } from "./conversation.mjs";

const { issuer, clientId, clientSecret, redirectUri, scope, nonceExpected } = settings;
const configuration = await client.discovery(new URL(issuer), clientId, clientSecret);
// By default the signature of an ID token that came over TLS isn't checked (OpenID Connect Core section 3.1.3.7).
client.enableNonRepudiationChecks(configuration);
// The pages are plain HTTP: a browser would warn of the practice tenant's certificate. All the rest came over TLS.
client.allowInsecureRequests(configuration);

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const page = client.buildAuthorizationUrl(configuration, {
  redirect_uri: redirectUri,
  scope,
  state,
  nonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});

const answer = new URL(await signInAt(page.href));
const tokens = await client.authorizationCodeGrant(configuration, answer, {
  pkceCodeVerifier,
  expectedState: state,
  expectedNonce: nonceExpected ?? nonce,
  idTokenExpected: true,
});
end({ me: await askGraph("/me", tokens.access_token), claims: tokens.claims() });
