import { emailOf } from '../../src/services/identity/social/provider-email.js';

const believed = (email: string) => ({ email, proof: 'now' });
const notBelieved = (email: string | null) => ({ email, proof: 'none' });
const believedOnce = (email: string) => ({ email, proof: 'once' });

test('a provider is believed when it claims to have verified the address', () => {
  const email = 'Ada@example.com';
  expect(emailOf({ email, email_verified: true }, 'claimed')).toEqual(believed(email));
  expect(emailOf({ email, email_verified: 'true' }, 'claimed')).toEqual(believed(email));
  for (const claim of [false, 'false', 1, 'yes', null, undefined]) {
    expect(emailOf({ email, email_verified: claim }, 'claimed')).toEqual(notBelieved(email));
  }
});

test('Google is believed for the mailboxes that it hosts, and to have checked others once', () => {
  const claims = { email_verified: true };
  const hosted = { ...claims, email: 'ada@example.com', hd: 'example.com' };
  expect(emailOf(hosted, 'authoritative')).toEqual(believed('ada@example.com'));
  const elsewhere = { ...claims, email: 'ada@example.com' };
  expect(emailOf(elsewhere, 'authoritative')).toEqual(believedOnce('ada@example.com'));
  const lookalike = { ...claims, email: 'ada@notgmail.com.example.com' };
  expect(emailOf(lookalike, 'authoritative')).toEqual(believedOnce('ada@notgmail.com.example.com'));
  const unverified = { email: 'ada@example.com', hd: 'example.com', email_verified: false };
  expect(emailOf(unverified, 'authoritative')).toEqual(notBelieved('ada@example.com'));
});

test('a directory that the operator runs is believed without a claim', () => {
  expect(emailOf({ email: 'ada@example.com' }, 'always')).toEqual(believed('ada@example.com'));
});

test('what is no address is none', () => {
  for (const email of [undefined, null, 7, '', 'ada', 'ada@', ['ada@example.com']]) {
    expect(emailOf({ email, email_verified: true }, 'always')).toEqual(notBelieved(null));
  }
});
