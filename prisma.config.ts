import { defineConfig } from 'prisma/config';

// `prisma generate` asks for a schema engine binary that it never runs, and would download one.
// Any existing executable settles the question and keeps the build offline.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
