import { expect, test } from '@jest/globals';
import { dropPrivileges, findUser } from './privileges.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:34:www:/var/www:/usr/sbin/nologin\n';

test.each([
  { user: 'www-data', ids: { uid: 33, gid: 34 } },
  { user: 'nobody', ids: { uid: 65534, gid: 65534 } },
  { user: 'www', ids: undefined },
  { user: '', ids: undefined },
])('findUser $user', ({ user, ids }) => {
  expect(findUser(PASSWD, user)).toEqual(ids);
});

test('a user that does not exist is a usage error; this process stays who it is', () => {
  const uid = process.getuid?.();
  expect(() => dropPrivileges('no such user')).toThrow(expect.objectContaining({ code: 'RS_USAGE' }));
  expect(process.getuid?.()).toBe(uid);
});
