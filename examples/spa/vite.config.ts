import react from '@vitejs/plugin-react';
import { defineConfig, type ProxyOptions } from 'vite';

// The page and the API share one origin: the cookie of the session is `SameSite=Strict` and for one host. What is not
// the application's goes on to the account server, its own pages for mailed links that the application has none for too.
const OF_THE_ACCOUNT_SERVER =
  '^/(graphql|api|auth|\\.well-known|not-me|reset-password|confirm-email-change|undo-email-change|accept-invitation)([/?]|$)';

const proxy: Record<string, ProxyOptions> = {
  [OF_THE_ACCOUNT_SERVER]: {
    target: process.env.CUSTODIA_URL ?? 'http://127.0.0.1:4000',
    xfwd: true, // the account server runs with TRUSTED_PROXIES=1
  },
};

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: https:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { proxy, strictPort: true },
  preview: {
    proxy,
    strictPort: true,
    headers: {
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  },
  // An icon inlined as data would be refused by the policy above.
  build: { assetsInlineLimit: 0, emptyOutDir: true },
});
