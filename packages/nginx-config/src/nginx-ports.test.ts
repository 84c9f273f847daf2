import { describe, expect, test } from '@jest/globals';
import { parseNginxConfig } from './nginx-config.ts';
import { type NginxPorts, nginxPorts } from './nginx-ports.ts';

function portsOf(text: string): NginxPorts {
  const { directives, error } = parseNginxConfig(text);
  expect(error).toBeNull();
  return nginxPorts(directives);
}

describe('nginxPorts', () => {
  test.each([
    { text: 'server { listen 8080; }', ports: [8080] },
    { text: 'server { listen 127.0.0.1:8081 default_server; }', ports: [8081] },
    { text: 'server { listen [::]:8082 ipv6only=on; }', ports: [8082] },
    { text: 'server { listen *:8083; }', ports: [8083] },
    { text: 'server { listen 127.0.0.1; }', ports: [80] },
    { text: 'server { listen [::1]; }', ports: [80] },
    { text: 'server { listen example.com; }', ports: [80] },
    { text: 'server { listen 9000-9003; }', ports: [9000, 9001, 9002, 9003] },
    { text: 'server { listen 127.0.0.1:9000-9001; }', ports: [9000, 9001] },
    { text: 'server { server_name without.listen; }', ports: [80] },
    { text: 'server { listen 443 ssl; listen 443 quic; }', ports: [443] },
    { text: 'server { listen 5353 udp; listen 53; }', ports: [53] },
    {
      text: 'upstream a { server 10.0.0.1:8001 weight=5; server b.example:8002 backup; server [::1]:8003; }',
      ports: [8001, 8002, 8003],
    },
    { text: 'upstream a { server 10.0.0.1; server [::1]; server b.example down; }', ports: [80] },
    { text: 'location / { proxy_pass http://10.0.0.1:8001; }', ports: [8001] },
    { text: 'location / { proxy_pass http://10.0.0.1; }', ports: [80] },
    { text: 'location / { proxy_pass HTTPS://b.example/path:1?c:2; }', ports: [443] },
    { text: 'location / { proxy_pass https://[::1]:8443/; }', ports: [8443] },
    { text: 'location / { proxy_pass http://$host:8001/x; }', ports: [8001] },
    { text: 'location / { if ($a) { grpc_pass grpcs://b.example:50051; } }', ports: [50051] },
    {
      text: 'location / { fastcgi_pass localhost:9000; uwsgi_pass suwsgi://u:3031; scgi_pass s:4000; memcached_pass m:11211; }',
      ports: [3031, 4000, 9000, 11211],
    },
    {
      text: 'upstream Web { server 10.0.0.1:8001; } server { listen 81; location / { proxy_pass http://web/x; } }',
      ports: [81, 8001],
    },
    {
      text: 'http { server { listen 81; } } stream { server { listen 3306; proxy_pass db:3307; } }',
      ports: [81, 3306, 3307],
    },
    { text: 'mail { auth_http localhost:9000/auth; server { listen 143; protocol imap; } }', ports: [143, 9000] },
    {
      text: '# an included file alone\nlisten 8080; proxy_pass http://a:8081; server 10.0.0.1:8082;',
      ports: [8080, 8081, 8082],
    },
    {
      text: 'map $a $b { listen 81; server 82; x_pass a:83; } geo $c { default 84; } types { x_pass y:85; }',
      ports: [],
    },
    { text: 'proxy_pass_request_body off; ssl_password_file /x:1;', ports: [] },
  ])('$text', ({ text, ports }) => {
    expect(portsOf(text)).toEqual({ ports, unwatchable: [] });
  });

  test.each([
    {
      text: 'server { listen unix:/run/n.sock; }',
      directive: 'listen',
      address: 'unix:/run/n.sock',
      reason: 'unix-socket',
    },
    {
      text: 'upstream a { server unix:/run/a.sock; }',
      directive: 'server',
      address: 'unix:/run/a.sock',
      reason: 'unix-socket',
    },
    {
      text: 'proxy_pass http://unix:/run/a.sock:/x;',
      directive: 'proxy_pass',
      address: 'http://unix:/run/a.sock:/x',
      reason: 'unix-socket',
    },
    {
      text: 'fastcgi_pass unix:/run/php.sock;',
      directive: 'fastcgi_pass',
      address: 'unix:/run/php.sock',
      reason: 'unix-socket',
    },
    { text: 'proxy_pass http://$backend;', directive: 'proxy_pass', address: 'http://$backend', reason: 'variable' },
    {
      text: 'proxy_pass $backend; proxy_pass $backend;',
      directive: 'proxy_pass',
      address: '$backend',
      reason: 'variable',
    },
    {
      text: 'proxy_pass http://a:$port/;',
      directive: 'proxy_pass',
      address: 'http://a:$port/',
      reason: 'variable',
    },
    {
      text: 'upstream a { server b.example service=http resolve; }',
      directive: 'server',
      address: 'b.example',
      reason: 'port-unknown',
    },
    { text: 'fastcgi_pass nowhere;', directive: 'fastcgi_pass', address: 'nowhere', reason: 'port-unknown' },
    { text: 'proxy_pass http://a:99999;', directive: 'proxy_pass', address: 'http://a:99999', reason: 'port-unknown' },
  ])('not watchable: $text', ({ text, ...unwatchable }) => {
    expect(portsOf(text)).toEqual({ ports: [], unwatchable: [unwatchable] });
  });
});
