// The client credentials flow of MSAL Node: with a secret, or with a certificate.
import { ConfidentialClientApplication } from "@azure/msal-node";
import { askGraph, end, settings } from "./conversation.mjs";
import { configuration } from "./msal.mjs";

const { clientSecret, clientCertificate } = settings;
const app = new ConfidentialClientApplication(configuration(clientSecret ? { clientSecret } : { clientCertificate }));

const { accessToken } = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
end(await askGraph("/users", accessToken));
