/** The form that whoever has not signed in gets instead of any page. It needs no other file, for those need a sign-in too. */
import { createHash } from 'node:crypto';
import { html, type SafeHtml } from '@resetscope/report';
import type { FastifyReply } from 'fastify';
import { contentSecurityPolicy } from '../security-headers.ts';
import { sendPage } from './send-page.ts';

export interface SignInPage {
  /** Path to go to afterwards. */
  readonly next: string;
  /** Somebody tried and was not let in. */
  readonly isRefused: boolean;
}

const STYLE = html`
:root { color-scheme: light dark; --ink: #1c1e21; --page: #f7f7f5; --card: #fff; --edge: #767676; --act: #1d4f91; --bad: #a3231a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --page: #121417; --card: #1b1e23; --edge: #8b9199; --act: #9cc3f5; --bad: #ff9d94; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(22rem, 100vw); padding: 1.5rem; background: var(--card); border-radius: 8px; }
h1 { margin: 0 0 1rem; font-size: 1.25rem; }
label { display: block; margin-top: .75rem; }
input, button { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: 4px; }
button { margin-top: 1.25rem; background: var(--act); color: var(--card); border: 0; cursor: pointer; }
[role=alert] { color: var(--bad); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE.toString()).digest('base64');

function signInPage({ next, isRefused }: SignInPage): SafeHtml {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · resetscope</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>resetscope</h1>
${isRefused && html`<p role="alert">User or password is wrong.</p>`}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="user">User</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;
}

/** 401 (RFC 9110 section 15.5.2), with the form as its body. */
export function sendSignInPage(reply: FastifyReply, page: SignInPage): FastifyReply {
  reply
    .code(401)
    .header('www-authenticate', 'Bearer realm="resetscope"')
    .header('content-security-policy', contentSecurityPolicy(`'sha256-${STYLE_HASH}'`, 'data:'));
  return sendPage(reply, signInPage(page));
}
