// What a script and the test that runs it say to each other: one JSON document a line, on stdin and stdout.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function hear() {
  const { value } = await lines.next();
  return JSON.parse(value);
}

function say(message) {
  console.log(JSON.stringify(message));
}

/** What the test tells first: where the tenant is, and who the script is. */
export const settings = await hear();

/** Have the person open a page and sign in; gives the URL that they are sent back to. */
export async function signInAt(page) {
  say({ page });
  return hear();
}

/** Have the person type the code that a device shows. Nobody waits for them. */
export function showCode(deviceCode) {
  say({ deviceCode });
}

/** Tell the test how it ended. */
export function end(result) {
  say({ result });
}

/** Status and body of what Graph answers to an access token. */
export async function askGraph(path, accessToken) {
  const answer = await fetch(settings.graph + path, { headers: { Authorization: `Bearer ${accessToken}` } });
  return { status: answer.status, body: await answer.json() };
}
