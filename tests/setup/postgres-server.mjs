import { register } from 'node:module';

// Jest loads its global set-up as CommonJS, which cannot import the sources. This process can.
register('./typescript-hooks.mjs', import.meta.url);
await import('./postgres-server.ts');
