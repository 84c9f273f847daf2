/** The checks of `resetscope doctor`: their ids, which never change, and what each is good for. In the order of the report. */

export const CHECK_MEANINGS = {
  'nginx-config': 'it says at which level nginx logs, and which ports to watch',
  'error-log': 'resets are learned of from this file alone',
  'error-log-rights': 'the tailer reads the log as its own user',
  'error-log-level': 'below info, nginx is silent about clients that hang up',
  'error-log-clock': 'a stamp has no time zone: lines and packets meet by time',
  'error-log-writer': 'nginx must write to the file that is followed',
  'log-rotation': 'a rotation that nginx does not know of, or that empties the file in place, can lose lines',
  'access-log-format': 'the access log makes matches certain if it names the connection',
  'unix-upstreams': 'a unix socket has no packets: its lines stay without a connection',
  interface: 'packets are captured there',
  'capture-right': 'the capture opens a packet socket, then gives up its rights',
  'interface-traffic': 'the capture must see the packets of nginx',
  'kernel-clock': 'clocks that drift apart spoil what is joined by time',
  'node-version': 'the apps run on it',
  redis: 'queue, packets and incidents lie in it',
  'redis-policy': 'any other policy lets Redis drop queued lines and packets',
  'redis-memory': 'a full Redis refuses packets and lines',
  'redis-persistence': 'what Redis does not keep is gone when it restarts',
  'redis-clock': 'leases are counted by the clock of Redis',
  ring: 'without a capture no line finds its connection',
  'ring-clock': 'packets and lines meet by time',
  'ring-reach': 'a line is answered only while its packets are remembered',
  'capture-drops': 'lost packets leave lines unmatched, and the answer says capture-gap',
  'tls-share': 'TLS hides the request: such a match rests on address, phase, time and sizes',
  app: 'what does not answer does not work',
} as const;

export type CheckId = keyof typeof CHECK_MEANINGS;
