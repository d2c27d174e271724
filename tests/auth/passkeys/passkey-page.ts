import { PASSWORD } from '../../setup/full-server.js';

/** A page of an application that uses passkeys, in cookie mode: what docs/sign-in.md tells its developers to write. */
export const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>An application</title>
<script>
const password = ${JSON.stringify(PASSWORD)};
const SIGNED_IN = 'user { email } session { authenticationMethods } tokens { accessToken refreshToken }';
let api = '';
let token = null;

function connect(url) {
  api = url + '/graphql';
}

async function graphql(query, variables = {}) {
  const headers = { 'content-type': 'application/json', 'x-auth-transport': 'cookie' };
  if (token) headers.authorization = 'Bearer ' + token;
  const body = JSON.stringify({ query, variables });
  const answer = await (await fetch(api, { method: 'POST', credentials: 'include', headers, body })).json();
  if (answer.errors) throw new Error(answer.errors[0].extensions.code);
  return Object.values(answer.data)[0];
}

function keep(signedIn) {
  token = signedIn.tokens.accessToken;
  return signedIn;
}

const create = ({ options }) =>
  navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
const get = ({ options }) =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

async function addPasskey(email, name) {
  keep(await graphql('mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { ' + SIGNED_IN + ' } } }',
    { input: { email, password } }));
  return addAnother(name);
}

async function addAnother(name) {
  const begun = await graphql('mutation ($name: String!) { beginPasskeyRegistration(name: $name) { ceremony options } }', { name });
  const response = (await create(begun)).toJSON();
  const { user } = await graphql(\`mutation ($ceremony: String!, $response: JSONObject!) {
    finishPasskeyRegistration(ceremony: $ceremony, response: $response) { user { passkeys { name lastUsedAt } } } }\`,
    { ceremony: begun.ceremony, response });
  return user;
}

async function signIn(email) {
  token = null;
  const begun = await graphql('mutation ($email: EmailAddress) { beginPasskeyLogin(email: $email) { ceremony options } }', { email });
  const response = (await get(begun)).toJSON();
  return keep(await graphql(\`mutation ($ceremony: String!, $response: JSONObject!) {
    finishPasskeyLogin(ceremony: $ceremony, response: $response) { \${SIGNED_IN} } }\`, { ceremony: begun.ceremony, response }));
}

async function refreshSession() {
  token = null;
  return keep(await graphql('mutation { refreshSession { tokens { accessToken refreshToken } } }'));
}

async function signInByPassword(email) {
  token = null;
  const { challenge } = await graphql('mutation ($input: LoginInput!) { login(input: $input) { ... on MfaRequired { challenge } } }',
    { input: { email, password } });
  const begun = await graphql('mutation ($challenge: String) { beginPasskeyLogin(challenge: $challenge) { ceremony options } }', { challenge });
  const code = JSON.stringify({ ceremony: begun.ceremony, response: (await get(begun)).toJSON() });
  return keep(await graphql('mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) { ' + SIGNED_IN + ' } }',
    { input: { challenge, method: 'PASSKEY', code } }));
}
</script>
`;
