// The device code flow of MSAL Node.
import { PublicClientApplication } from "@azure/msal-node";
import { askGraph, end, showCode } from "./conversation.mjs";
import { configuration } from "./msal.mjs";

const app = new PublicClientApplication(configuration());

const { accessToken } = await app.acquireTokenByDeviceCode({
  scopes: ["User.Read"],
  deviceCodeCallback: ({ userCode }) => showCode(userCode),
});
end(await askGraph("/me", accessToken));
