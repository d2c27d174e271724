import { diffSchema } from '../../src/database/migrations/schema-diff.js';
import { testServer } from '../setup/test-database.js';

test('the migrations build what the schema describes', async () => {
  const difference = await diffSchema({
    serverUrl: testServer().url,
    migrationsDir: 'prisma/migrations',
    schemaPath: 'prisma/schema.prisma',
  });
  expect(difference).toBe('');
});
