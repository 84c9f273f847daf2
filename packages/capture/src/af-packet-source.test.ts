import { expect } from '@jest/globals';
import { canCapture } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { openAfPacket } from './af-packet-source.ts';

const REASON = 'needs CAP_NET_RAW';

testIf(canCapture(), REASON)('an interface that does not exist is named, with those that do', async () => {
  const opening = openAfPacket({ interface: 'nosuch0' });
  await expect(opening).rejects.toMatchObject({ code: 'RS_INTERFACE_MISSING', fix: expect.stringContaining('lo') });
});
