/** What it does to a whole process is in apps/capture/src/main.test.ts: it cannot be undone. */
import { expect, test } from '@jest/globals';
import { dropPrivileges, findUser } from './privileges.ts';
import { readRights } from './process-rights.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:34:www:/var/www:/usr/sbin/nologin\n';

test.each([
  { user: 'www-data', ids: { uid: 33, gid: 34 } },
  { user: 'nobody', ids: { uid: 65534, gid: 65534 } },
  { user: 'www', ids: undefined },
  { user: '', ids: undefined },
])('findUser $user', ({ user, ids }) => {
  expect(findUser(PASSWD, user)).toEqual(ids);
});

test('a user that does not exist is a usage error; this process keeps its rights', async () => {
  const before = readRights();
  await expect(dropPrivileges('no such user')).rejects.toMatchObject({ code: 'RS_USAGE' });
  expect(readRights()).toEqual(before);
});
