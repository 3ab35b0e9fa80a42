// On behalf of, with MSAL Node: an app calls an API, and the API calls Graph for the same person.
import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";
import { askGraph, end, settings } from "./conversation.mjs";
import { configuration, signIn } from "./msal.mjs";

const { clientId, clientSecret, scope } = settings.api;
const app = new PublicClientApplication(configuration());
const api = new ConfidentialClientApplication(configuration({ clientId, clientSecret }));

const called = await signIn(app, [scope]);
const { accessToken } = await api.acquireTokenOnBehalfOf({
  oboAssertion: called.accessToken,
  scopes: ["https://graph.microsoft.com/User.Read"],
});
end(await askGraph("/me", accessToken));
