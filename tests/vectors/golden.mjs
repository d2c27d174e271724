// Makes our four formats from docs/keys.md alone: plain node:crypto, nothing of src. Prints them as JSON.
import { createCipheriv, createHmac } from 'node:crypto';

const USER = '0b6c8f5e-4a1d-4d6e-9a57-2f0e5c1d7b33';
const key = (byte) => Buffer.alloc(32, byte);
const nonce = Buffer.alloc(12, 7);
const bound = (...parts) => Buffer.from(parts.map((part) => `${part.length}:${part},`).join(''));

function gcm(secret, text, aad) {
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

// Envelope: c1.<generation>.<nonce ‖ ciphertext ‖ tag>
const envelope = `c1.1.${gcm(key(1), 'ada@example.com', bound('c1', 'User', 'email', USER, USER, '1'))}`;
// Wrapped key: w1.<key id>.<nonce ‖ ciphertext ‖ tag>, here a data key of the one generation 1
const generations = Buffer.concat([Buffer.of(1), key(1)]);
const wrapped = `w1.k1.${gcm(key(9), generations, bound('w1', 'k1', `data-key:${USER}`))}`;
// Search index: <key id>.<HMAC-SHA-256 of the normalised value>
const hmac = createHmac('sha256', key(5)).update(bound('k1', 'User', 'email', 'ada@example.com'));
const index = `k1.${hmac.digest('base64url')}`;
// Password hash: Argon2id in PHC form; `keyid` names the pepper, which is Argon2's secret
const keyid = Buffer.from('k1').toString('base64').replace(/=+$/, '');
const passwordParams = `$argon2id$v=19$m=1024,t=1,p=1,keyid=${keyid}$`;

process.stdout.write(JSON.stringify({ envelope, wrapped, index, passwordParams }));
