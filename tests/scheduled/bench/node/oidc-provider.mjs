// oidc-provider over plain HTTP: one client, client credentials, access tokens that are RS256 JWTs.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const { port, key, client_id, client_secret, resource } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id, client_secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post' }],
  jwks: { keys: [key] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({ scope: '.default', accessTokenFormat: 'jwt', accessTokenTTL: 3600,
        jwt: { sign: { alg: 'RS256' } } }),
    },
  },
})
createServer(provider.callback()).listen(port, '127.0.0.1')
