// The authorization code flow of MSAL Node, with PKCE; then another token, by the refresh token.
import { PublicClientApplication } from "@azure/msal-node";
import { askGraph, end } from "./conversation.mjs";
import { configuration, signIn } from "./msal.mjs";

const app = new PublicClientApplication(configuration());

const scopes = ["User.Read"];
const { accessToken, account } = await signIn(app, scopes);
const renewed = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });

end({
  account: account.username,
  me: await askGraph("/me", accessToken),
  renewed: renewed.accessToken !== accessToken,
  meAgain: await askGraph("/me", renewed.accessToken),
});
