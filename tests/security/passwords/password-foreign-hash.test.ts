import { createPasswords } from '../../../src/security/passwords/passwords.js';

const passwords = createPasswords({
  pepper: { activeId: 'k1', ids: ['k1'], get: () => Buffer.alloc(32, 7) },
  argon2: { memoryKib: 1024, timeCost: 1, parallelism: 1 },
  concurrency: 2,
  queueLimit: 10,
});

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');
const SALT = base64(Buffer.from('salt').toString('hex'));
const NACL = base64(Buffer.from('NaCl').toString('hex'));
const SODIUM = base64(Buffer.from('SodiumChloride').toString('hex'));

/** Format, stored hash, its password. */
const VECTORS: [string, string, string][] = [
  // crypt_blowfish, wrapper.c
  ['bcrypt 2a', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['bcrypt 2a', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
  ['bcrypt 2b', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*'],
  ['bcrypt 2y', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  [
    'bcrypt, more than 72 bytes',
    '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui',
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored',
  ],
  // jBCrypt
  ['bcrypt, empty password', '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.', ''],
  // RFC 7914 §12
  [
    'scrypt',
    `$scrypt$ln=4,r=1,p=1$$${base64('77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906')}`,
    '',
  ],
  [
    'scrypt',
    `$scrypt$ln=10,r=8,p=16$${NACL}$${base64('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640')}`,
    'password',
  ],
  [
    'scrypt',
    `$scrypt$ln=14,r=8,p=1$${SODIUM}$${base64('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887')}`,
    'pleaseletmein',
  ],
  // passlib's documentation
  [
    'scrypt, 64 MiB',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    'password',
  ],
  // RFC 7914 §11
  [
    'PBKDF2-SHA256',
    `$pbkdf2-sha256$i=1,l=64$${SALT}$${base64('55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783')}`,
    'passwd',
  ],
  [
    'PBKDF2-SHA256',
    `$pbkdf2-sha256$i=80000$${NACL}$${base64('4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d')}`,
    'Password',
  ],
  // RFC 6070
  [
    'PBKDF2-SHA1',
    `$pbkdf2-sha1$i=4096$${SALT}$${base64('4b007901b765489abead49d926f721d065a429c1')}`,
    'password',
  ],
  // passlib's tests
  ['passlib PBKDF2-SHA1', '$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI', 'password'],
  [
    'passlib PBKDF2-SHA256',
    '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ',
    'password',
  ],
  [
    'passlib PBKDF2-SHA512',
    '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
    'password',
  ],
  // github.com/firebase/scrypt, its README
  [
    'Firebase scrypt',
    '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    'user1password',
  ],
  // phc-winner-argon2, test.c
  [
    'Argon2id',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    'password',
  ],
  [
    'Argon2i',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    'password',
  ],
  [
    'Argon2i, version 1.0',
    '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
    'password',
  ],
  // argon2-jvm's tests
  [
    'Argon2d',
    '$argon2d$v=19$m=1024,t=2,p=1$dGhpc2lzdGhlc2FsdA$rkBsbLVYkXDowmxcwZ9qjpLuAbNjIPBXxmD27YvzHzw',
    'password',
  ],
  // computed by the package argon2: salt "0123456789abcdef", associated data "tenant"
  [
    'Argon2id with associated data',
    '$argon2id$v=19$m=1024,t=2,p=1,data=dGVuYW50$MDEyMzQ1Njc4OWFiY2RlZg$w1t3cXkD1NJDHz/WQew4+1/sAr8Pi3aH8GRmtcwtE6s',
    'correct horse battery staple',
  ],
];

test.each(VECTORS)('%s (%s) verifies and is to be replaced', async (_, stored, password) => {
  expect(await passwords.verify(stored, password)).toEqual({ matches: true, needsRehash: true });
  expect(await passwords.verify(stored, `x${password}`)).toEqual({ matches: false, needsRehash: false });
});

test('NUL does not cut a password short', async () => {
  const stored = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  expect((await passwords.verify(stored, 'U*U\0anything')).matches).toBe(false);
});

test('a password hashed elsewhere in decomposed form matches as typed, and in our form', async () => {
  const { pbkdf2Sync } = await import('node:crypto');
  const storedOf = (password: string) =>
    `$pbkdf2-sha256$i=10$${SALT}$${base64(pbkdf2Sync(password, 'salt', 10, 32, 'sha256').toString('hex'))}`;
  expect((await passwords.verify(storedOf('cafe\u0301'), 'cafe\u0301')).matches).toBe(true);
  expect((await passwords.verify(storedOf('caf\u00e9'), 'cafe\u0301')).matches).toBe(true);
  expect((await passwords.verify(storedOf('cafe'), 'cafe\u0301')).matches).toBe(false);
});

const TAG = 'CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
describe('refused, so that an imported hash neither matches by accident nor stops the server', () => {
  test.each([
    ['bcrypt', 'cost 31', '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt', 'cost 3', '$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt', 'the broken 2x', '$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt', 'cut off', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.'],
    [
      'fbscrypt',
      'without the signer key',
      '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==$42xEC+ixf3L2lw==$lSrfV15cpx8=',
    ],
    [
      'fbscrypt',
      'memory of 8 TiB',
      `$fbscrypt$v=1,n=33,r=8,p=1,ss=Bw==,sk=${'A'.repeat(86)}==$42xEC+ixf3L2lw==$${'A'.repeat(86)}==`,
    ],
    [
      'fbscrypt',
      'N too large for r',
      `$fbscrypt$v=1,n=17,r=1,p=1,ss=Bw==,sk=${'A'.repeat(86)}==$42xEC+ixf3L2lw==$${'A'.repeat(86)}==`,
    ],
    ['scrypt', 'memory of 128 GiB', `$scrypt$ln=27,r=8,p=1$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'N beyond any number', `$scrypt$ln=4294967295,r=8,p=1$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'p of a million', `$scrypt$ln=4,r=8,p=1000000$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'N too large for r', `$scrypt$ln=16,r=1,p=1$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'zero r', `$scrypt$ln=4,r=0,p=1$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'no parameters', `$scrypt$c29tZXNhbHQ$${TAG}`],
    ['scrypt', 'empty tag', '$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$'],
    ['pbkdf2-sha256', '4 billion rounds', `$pbkdf2-sha256$i=4294967295$c29tZXNhbHQ$${TAG}`],
    ['pbkdf2-sha256', 'no rounds', `$pbkdf2-sha256$i=0$c29tZXNhbHQ$${TAG}`],
    ['pbkdf2-sha256', 'length that is not the tag’s', `$pbkdf2-sha256$i=10,l=16$c29tZXNhbHQ$${TAG}`],
    ['pbkdf2-sha512', 'empty tag', '$pbkdf2-sha512$29000$c29tZXNhbHQ$'],
    ['pbkdf2-md5', 'weak digest', `$pbkdf2-md5$i=10$c29tZXNhbHQ$${TAG}`],
    ['argon2id', 'memory of 4 TiB', `$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$${TAG}`],
    ['argon2id', 'work without end', `$argon2id$v=19$m=65536,t=1000000,p=1$c29tZXNhbHQ$${TAG}`],
    ['argon2id', '16 million lanes', `$argon2id$v=19$m=1048576,t=1,p=16777215$c29tZXNhbHQ$${TAG}`],
    ['argon2id', 'unknown version', `$argon2id$v=18$m=1024,t=1,p=1$c29tZXNhbHQ$${TAG}`],
    ['5', 'sha256-crypt', `$5$rounds=5000$c29tZXNhbHQ$${TAG}`],
  ])('%s: %s', async (format, _, stored) => {
    await expect(passwords.verify(stored, 'password')).rejects.toThrow(`Stored password hash (${format}): `);
    expect(passwords.load()).toEqual({ running: 0, waiting: 0 });
  });
});
