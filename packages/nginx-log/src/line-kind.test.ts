import { describe, expect, test } from '@jest/globals';
import { FAMILY_KINDS, isResetFamily, lineKind, mayBeOfInterest, parseErrorLogLine } from './index.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const TIMED_OUT = '(110: Connection timed out)';

describe('the family', () => {
  test.each([
    ['a client that stalled in its answer', `client timed out ${TIMED_OUT} while sending response to client`, true],
    ['a client that stalled in its body', `client timed out ${TIMED_OUT} while reading client request body`, true],
    ['a client that never asked', `client timed out ${TIMED_OUT} while waiting for request`, false],
    ['a client that never shook hands', `client timed out ${TIMED_OUT} while SSL handshaking`, false],
    ['a client that had been answered', `client timed out ${TIMED_OUT} while keepalive`, false],
    ['an upstream that did not answer', `upstream timed out ${TIMED_OUT} while reading response header`, true],
    ['an upstream that did not open', `upstream timed out ${TIMED_OUT} while connecting to upstream`, true],
    ['an idle connection closed as it should', 'client 10.0.0.9 closed keepalive connection', false],
  ])('%s', (_title, message, expected) => {
    const line = latin1(`2026/11/22 07:59:09 [info] 9#9: *7 ${message}, client: 10.0.0.9, server: a`);
    const parsed = parseErrorLogLine(line);
    if (parsed.kind !== 'entry') throw new Error('not an entry');
    expect(isResetFamily(parsed.entry)).toBe(expected);
    if (expected)
      expect([mayBeOfInterest(line), FAMILY_KINDS]).toEqual([true, expect.arrayContaining([lineKind(parsed.entry)])]);
  });

  test('has these kinds', () => {
    expect(FAMILY_KINDS).toEqual([
      'reset-recv',
      'reset-readv',
      'reset-send',
      'reset-writev',
      'reset-sendfile',
      'reset-ssl-read',
      'reset-ssl-write',
      'reset-ssl-shutdown',
      'reset-ssl-handshake',
      'tls-handshake-closed',
      'tls-handshake-alert',
      'connect-failed',
      'client-aborted',
      'client-closed-early',
      'client-closed-keepalive',
      'client-timed-out',
      'upstream-closed-early',
      'upstream-timed-out',
    ]);
  });
});
