import { expect, test } from '@jest/globals';
import type { Leg } from './incident.ts';
import { Surroundings } from './surroundings.ts';
import { StreamBuilder } from './testing/stream-builder.ts';
import { quietCase } from './unlogged.ts';
import { type UnloggedIncident, unloggedIncident } from './unlogged-incident.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const CONTEXT = { surroundings: new Surroundings(), notices: [], logsClients: null };

function incidentOf(builder: StreamBuilder, leg: Leg): UnloggedIncident | null {
  const quiet = quietCase(builder.build(), leg, CONTEXT);
  return quiet?.found == null ? null : unloggedIncident(quiet.file, quiet.found, 3);
}

test('of a client: the request is what the packets show, the line is empty', () => {
  const gone = new StreamBuilder({ clientPort: 40_001, client: '10.0.0.9' }).open().send('originator', GET);
  const incident = incidentOf(gone.wait(2_000_000).rst('originator'), 'client');
  expect(incident).toMatchObject({
    status: 'matched',
    reason: null,
    leg: 'client',
    line: { file: '', lineNumber: 0, offset: null, raw: '' },
    loggedAt: incident?.reset?.time,
    request: { method: 'GET', target: '/a', host: 'shop.test' },
    client: '10.0.0.9',
    upstream: null,
    trust: { sawSyn: true, lostPackets: 3, readDelayUs: null, clockOffsetSeconds: 0 },
    why: { reason: 'not-known' },
  });
});

test('of an upstream: its address', () => {
  const asked = new StreamBuilder({ client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 });
  expect(incidentOf(asked.open().send('originator', GET).rst('responder'), 'upstream')).toMatchObject({
    leg: 'upstream',
    client: null,
    upstream: '10.0.1.3:8080',
    reset: { by: 'upstream' },
  });
});

test('what has not ended is no case, what lost nothing is no incident', () => {
  const open = new StreamBuilder({}).open().send('originator', GET);
  expect(quietCase(open.build(), 'client', CONTEXT)).toBeNull();
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  const done = new StreamBuilder({}).open().exchange(GET, OK).rst('originator').build();
  expect(quietCase(done, 'client', CONTEXT)).toMatchObject({ cause: 'client-rst-after-complete', found: null });
});
