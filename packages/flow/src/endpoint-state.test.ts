import { describe, expect, test } from '@jest/globals';
import type { TcpStory } from '@resetscope/testkit';
import { TcpFlag } from '@resetscope/wire';
import { storyOf, streamOf } from '../test-data/follow.ts';

const REQUEST = 'GET / HTTP/1.1\r\n\r\n';

/** Every conn_state of Zeek, by the sentences of scripts/base/protocols/conn/main.zeek. */
describe('conn_state', () => {
  test.each<{ state: string; history: string; name: string; tell: (story: TcpStory) => unknown }>([
    { state: 'S0', history: 'S', name: 'an attempt, no reply', tell: (s) => s.originator.syn() },
    { state: 'S1', history: 'ShA', name: 'established, not terminated', tell: (s) => s.handshake() },
    {
      state: 'S1',
      history: 'Sh',
      name: 'established, the last ACK missing',
      tell: (s) => [s.originator.syn(), s.responder.synAck()],
    },
    {
      state: 'SF',
      history: 'ShAFf',
      name: 'normal end',
      tell: (s) => [s.handshake().originator.fin(), s.responder.fin(), s.originator.ack()],
    },
    { state: 'REJ', history: 'Sr', name: 'attempt rejected', tell: (s) => [s.originator.syn(), s.responder.refuse()] },
    {
      state: 'S2',
      history: 'ShAFa',
      name: 'the originator closes, no answer',
      tell: (s) => [s.handshake().originator.fin(), s.responder.ack()],
    },
    {
      state: 'S3',
      history: 'ShAf',
      name: 'the responder closes, no answer',
      tell: (s) => [s.handshake().responder.fin()],
    },
    {
      state: 'RSTO',
      history: 'ShADR',
      name: 'the originator aborts',
      tell: (s) => [s.handshake().originator.send(REQUEST), s.originator.rst()],
    },
    {
      state: 'RSTR',
      history: 'ShADar',
      name: 'the responder aborts',
      tell: (s) => [s.handshake().originator.send(REQUEST), s.responder.ack(), s.responder.rst()],
    },
    {
      state: 'RSTOS0',
      history: 'SR',
      name: 'SYN, then RST of the originator',
      tell: (s) => [s.originator.syn(), s.originator.statelessRst({ seq: 1001 })],
    },
    {
      state: 'RSTRH',
      history: '^hr',
      name: 'SYN+ACK, then RST of the responder',
      tell: (s) => [s.lose(s.originator.syn()), s.responder.synAck(), s.responder.rst()],
    },
    {
      state: 'SH',
      history: 'SF',
      name: 'SYN, then FIN of the originator',
      tell: (s) => [s.originator.syn(), s.originator.fin()],
    },
    {
      state: 'SHR',
      history: '^hf',
      name: 'SYN+ACK, then FIN of the responder',
      tell: (s) => [s.lose(s.originator.syn()), s.responder.synAck(), s.responder.fin()],
    },
    {
      state: 'OTH',
      history: 'DdA',
      name: 'midstream traffic',
      tell: (s) => [
        s.lose(s.originator.syn(), s.responder.synAck(), s.originator.ack()),
        s.originator.send(REQUEST),
        s.responder.send('HTTP/1.1 204 \r\n\r\n'),
        s.originator.ack(),
      ],
    },
    { state: 'OTH', history: 'R', name: 'a single RST', tell: (s) => s.originator.rst() },
    {
      state: 'OTH',
      history: 'SFR',
      name: 'SYN, FIN, RST of one side',
      tell: (s) => [s.originator.syn(), s.originator.fin(), s.originator.rst()],
    },
    {
      state: 'SF',
      history: 'ShAFRf',
      name: 'FIN, RST, FIN is a normal end',
      tell: (s) => [s.handshake().originator.fin(), s.originator.rst(), s.responder.fin()],
    },
    {
      state: 'SF',
      history: 'ShAFfR',
      name: 'a RST after both FINs changes nothing',
      tell: (s) => [s.handshake().originator.fin(), s.responder.fin(), s.originator.statelessRst()],
    },
    {
      state: 'RSTO',
      history: 'ShAFR',
      name: 'a RST after its own FIN',
      tell: (s) => [s.handshake().originator.fin(), s.originator.rst()],
    },
    {
      state: 'REJ',
      history: 'SRr',
      name: 'both reset, no payload',
      tell: (s) => [s.originator.syn(), s.originator.rst(), s.responder.rst()],
    },
    {
      state: 'S0',
      history: 'Sa',
      name: 'an ACK before the SYN+ACK',
      tell: (s) => [s.originator.syn(), s.responder.ack()],
    },
    {
      state: 'S1',
      history: '^hA',
      name: 'the SYN was missed',
      tell: (s) => [s.lose(s.originator.syn()), s.responder.synAck(), s.originator.ack()],
    },
    {
      state: 'S0',
      history: 'AS',
      name: 'a stray ACK, then a SYN',
      tell: (s) => [s.originator.ack({ seq: 1001 }), s.originator.syn({ seq: 1000 })],
    },
    {
      state: 'SH',
      history: 'Q',
      name: 'SYN and FIN at once',
      tell: (s) => s.originator.send('', { flags: TcpFlag.SYN | TcpFlag.FIN }),
    },
  ])('$state: $name', ({ state, history, tell }) => {
    const story = storyOf();
    tell(story);
    const stream = streamOf(story);
    expect([stream.connState, stream.history]).toEqual([state, history]);
  });
});
