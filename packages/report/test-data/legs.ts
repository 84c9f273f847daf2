/** An incident of which both connections are known: the client waits, the upstream resets. */
import type { Incident, LadderRow, OtherLeg } from '@resetscope/diagnosis';
import { raceIncident } from './incidents.ts';

/** A row of a ladder; seq and ack do not matter here. */
export function row(frame: number, atUs: number, from: LadderRow['from'], parts: Partial<LadderRow> = {}): LadderRow {
  const numbers = { seq: 0, ack: 0, rawSeq: 0, rawAck: 0, len: 0, window: 0 };
  return { frame, atUs, from, flags: '.', ...numbers, label: '', note: '', kind: 'packet', count: 1, ...parts };
}

const client: OtherLeg = {
  leg: 'client',
  stream: { index: 6, originator: '10.255.252.61:56576', responder: '10.4.37.69:80' },
  joinedBy: 'access-log',
  confidence: 0.99,
  ladder: [
    row(3, -250, 'originator', { flags: 'S' }),
    row(4, -100, 'originator', { flags: 'P.', len: 206, label: 'POST /app/pay1061' }),
    row(9, 300_450, 'responder', { flags: 'P.', len: 314, label: '502' }),
  ],
};

export const twoLegged: Incident = {
  ...raceIncident,
  ladder: [
    row(5, 0, 'originator', { flags: 'S' }),
    row(6, 100, 'responder', { flags: 'S.' }),
    row(7, 200, 'originator', { flags: 'P.', len: 260, label: 'POST /app/pay1061' }),
    row(8, 300_200, 'responder', { flags: 'R.', kind: 'reset' }),
  ],
  otherLeg: client,
  access: {
    loggedAt: '2026-11-22T07:55:15.679000Z',
    status: 502,
    requestTimeSeconds: 0.3,
    bytesSent: 314,
    upstreamAddrs: ['10.9.8.191:3000', '10.9.8.192:3000'],
    upstreamStatuses: [502, null],
    requestId: '9231c0344d6f8aa24a08df766502ae6c',
    client: '10.255.252.61:56576',
    server: '10.4.37.69:80',
  },
};
