import { expect, test } from '@jest/globals';
import { hashPassword, isPassword, NO_PASSWORD, parsePasswordHash } from './password.ts';

const SECRET = 'correct horse battery staple';

test('a password is known again by its hash, and no other is', async () => {
  const kept = parsePasswordHash(await hashPassword(SECRET));
  expect(await isPassword(SECRET, kept!)).toBe(true);
  expect(await isPassword(`${SECRET} `, kept!)).toBe(false);
  expect(await isPassword('', NO_PASSWORD)).toBe(false);
});

test('the same letters composed otherwise are the same password', async () => {
  const kept = parsePasswordHash(await hashPassword('Z\u00fcrich in the morning'));
  expect(await isPassword('Zu\u0308rich in the morning', kept!)).toBe(true);
});

test('the same password has another hash each time', async () => {
  expect(await hashPassword(SECRET)).not.toBe(await hashPassword(SECRET));
});

const SALT = 'c'.repeat(22);
const HASH = 'h'.repeat(43);

test.each([
  '',
  SECRET,
  `$scrypt$ln=15,r=8,p=3$${SALT}`,
  `$scrypt$ln=15,r=8,p=3$${SALT}$short`,
  `$scrypt$ln=0,r=8,p=3$${SALT}$${HASH}`,
  `$scrypt$ln=30,r=8,p=1$${SALT}$${HASH}`,
  `$argon2id$ln=15,r=8,p=3$${SALT}$${HASH}`,
])('%j is no hash of ours', (text) => {
  expect(parsePasswordHash(text)).toBeNull();
});
