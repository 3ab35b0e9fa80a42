// oauth2-mock-server over plain HTTP: whatever client asks is answered with an RS256 JWT.
import { readFileSync } from 'node:fs'
import { OAuth2Server } from 'oauth2-mock-server'

const { port, key } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const server = new OAuth2Server()
await server.issuer.keys.add(key)
await server.start(port, '127.0.0.1')
