import { expect, test } from '@jest/globals';
import { webhookSignature } from './webhook-signature.ts';

test('is what openssl makes of the same text', () => {
  // printf '1795334115.{"kind":"group.new"}' | openssl dgst -sha256 -hmac 'a secret of 24 letters..'
  expect(webhookSignature('a secret of 24 letters..', '{"kind":"group.new"}', 1_795_334_115_999)).toBe(
    't=1795334115,v1=b7c599d1c5f9e49795a40199e94eda7a6e4046e9074a0da7c9c3b352846d09fd',
  );
});
