import { expect, test } from '@jest/globals';
import { clientNetwork, upstreamNetwork } from './network.ts';

test.each([
  { address: '10.1.2.3', network: '10.1.2.0/24' },
  { address: '2001:db8:1:2::9', network: '2001:db8:1::/48' },
  { address: '2001:db8::9', network: '2001:db8:0::/48' },
  { address: '::1', network: '0:0:0::/48' },
  { address: '::ffff:10.1.2.3', network: '10.1.2.0/24' },
  { address: 'unix:', network: 'unix:' },
  { address: '', network: '' },
])('clientNetwork($address)', ({ address, network }) => {
  expect(clientNetwork(address)).toBe(network);
});

test.each([
  { endpoint: '10.4.40.140:8080', network: '10.4.40.0/24:8080' },
  { endpoint: '[2001:db8:0:7::1]:80', network: '[2001:db8:0:7::/64]:80' },
  { endpoint: '[::ffff:10.4.40.140]:80', network: '10.4.40.0/24:80' },
  { endpoint: 'unix:/run/php.sock', network: 'unix:/run/php.sock' },
  { endpoint: 'backend:8080', network: 'backend:8080' },
  { endpoint: '', network: '' },
])('upstreamNetwork($endpoint)', ({ endpoint, network }) => {
  expect(upstreamNetwork(endpoint)).toBe(network);
});
